import HTTPServer
import JSON
import TestKit
import Testing

/// What every path of every API does, over a real connection.
@Suite struct HTTPConventionServerTests {
    private static let thing = JSONSchema.object("Thing", .required("id", .uuid))
    private static let show = Operation(
        "getThing", "Shows a thing", tag: "Things", access: .open, answers: [.json(200, thing, "The thing.")])

    private func with(_ body: @Sendable (HTTPClient) async throws -> Void) async throws {
        let routes: (inout Router) -> Void = { router in
            router.get("/things/{id}", Self.show) { _ in .json(200, Self.thing.example) }
            router.delete("/things/{id}", .test) { _ in .empty() }
            router.addDescription(APIDescription(title: "Things", summary: "Keeps things.", port: 8099))
        }
        try await HTTPTestServer.with(routes: routes) { try await body($0.client) }
    }

    @Test func optionsTellsTheMethodsOfAPath() async throws {
        try await with { client in
            let answer = try await client.send("OPTIONS", "/things/7")
            #expect(answer.status == 204 && answer.body.isEmpty)
            #expect(answer.header("allow") == "GET, HEAD, DELETE, OPTIONS")
            #expect(answer.header("access-control-allow-origin") == nil)
            #expect(try await client.send("OPTIONS", "/nowhere").status == 404)
        }
    }

    @Test(arguments: ["POST", "PATCH", "TRACE", "PROPFIND"])
    func anotherMethodIsA405WithTheRightOnes(method: String) async throws {
        try await with { client in
            let answer = try await client.send(method, "/things/7")
            #expect(answer.status == 405)
            #expect(answer.header("allow") == "GET, HEAD, DELETE, OPTIONS")
            let problem = try JSONValue(parsing: answer.body)
            #expect(problem["traceId"]?.stringValue?.utf8.count == 32)
        }
    }

    @Test func whoTakesNoJSONGetsA406() async throws {
        try await with { client in
            let answer = try await client.send("GET", "/things/7", headers: ["Accept": "text/html"])
            #expect(answer.status == 406)
            #expect(answer.header("content-type") == "application/problem+json")
            let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
            #expect(try await client.send("GET", "/things/7", headers: ["Accept": browser]).status == 200)
            #expect(try await client.send("GET", "/docs", headers: ["Accept": browser]).status == 200)
        }
    }

    @Test func headHasTheHeadersOfGetAndNoBody() async throws {
        try await with { client in
            let get = try await client.send("GET", "/openapi.json")
            let head = try await client.send("HEAD", "/openapi.json")
            #expect(head.status == 200 && head.body.isEmpty)
            #expect(head.header("content-length") == get.header("content-length"))
            #expect(head.header("content-type") == "application/json")
        }
    }
}
