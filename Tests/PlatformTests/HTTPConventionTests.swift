import Testing

@testable import HTTPServer

@Suite struct HTTPConventionTests {
    private func problem(accepting accept: [String], of types: [String] = ["application/json"]) -> Problem? {
        let fields = accept.map { HTTPHeaders.Field(name: "Accept", value: $0) }
        do throws(Problem) {
            try HTTPRequest(.get, "/", headers: HTTPHeaders(fields)).requireAcceptable(types)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        "", "*/*", "application/*", "application/json", "Application/JSON; q=0.1", "text/html, */*;q=0.1",
        "text/html;q=0, application/json", "nonsense", "application/*;q=0, application/json;q=1",
    ])
    func whatLeavesJSONInIsServed(accept: String) { #expect(problem(accepting: [accept]) == nil) }

    @Test(arguments: [
        "text/html", "application/json;q=0", "*/*;q=0", "application/json; q=0.000, */*", "application/*;q=0, text/*",
    ])
    func whatLeavesJSONOutIsA406(accept: String) {
        #expect(problem(accepting: [accept])?.status == 406)
    }

    @Test func severalHeadersAreOneList() {
        #expect(problem(accepting: ["text/html", "application/json"]) == nil)
        #expect(problem(accepting: [])?.status == nil)
    }

    @Test func anAnswerWithoutABodySuitsEverybody() { #expect(problem(accepting: ["text/html"], of: []) == nil) }
}

@Suite struct CORSFilterTests {
    private func answer(
        _ method: HTTPMethod, allowing origins: [String], headers: HTTPHeaders
    ) async throws -> HTTPResponse {
        try await CORSFilter(allowing: origins).respond(to: HTTPRequest(method, "/", headers: headers)) { _ in
            .empty(204, headers: ["Allow": "GET, HEAD, OPTIONS"])
        }
    }

    @Test func withoutOriginsNoAnswerSaysAnything() async throws {
        let response = try await answer(.get, allowing: [], headers: ["Origin": "https://shop.example"])
        #expect(response.headers == ["Allow": "GET, HEAD, OPTIONS"])
    }

    @Test func aPreflightOfAKnownOriginIsToldMethodsAndHeaders() async throws {
        let response = try await answer(
            .options, allowing: ["https://shop.example"],
            headers: ["Origin": "https://shop.example", "Access-Control-Request-Method": "GET"])
        #expect(response.headers["Access-Control-Allow-Origin"] == "https://shop.example")
        #expect(response.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS")
        #expect(response.headers["Access-Control-Allow-Headers"]?.contains("Idempotency-Key") == true)
        #expect(response.headers["Vary"] == "Origin")
    }

    @Test func anotherOriginIsToldNothing() async throws {
        let response = try await answer(
            .get, allowing: ["https://shop.example"], headers: ["Origin": "https://evil.example"])
        #expect(response.headers["Access-Control-Allow-Origin"] == nil)
        #expect(response.headers["Vary"] == "Origin")
    }

    @Test func aPageMayReadTheHeadersOfAnswers() async throws {
        let response = try await answer(.get, allowing: ["*"], headers: ["Origin": "https://any.example"])
        #expect(response.headers["Access-Control-Allow-Origin"] == "*")
        #expect(response.headers["Access-Control-Allow-Credentials"] == nil)
        let readable = response.headers["Access-Control-Expose-Headers"]?.split(separator: ", ").map(String.init)
        let described: [Operation.Header] =
            [.allow, .etag, .idempotentReplayed, .link, .location, .retryAfter, .traceparent, .wwwAuthenticate]
            + Operation.Header.rateLimits
        #expect(Set(readable ?? []) == Set(described.map(\.name)))
    }
}
