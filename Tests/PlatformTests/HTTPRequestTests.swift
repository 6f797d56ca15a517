import DomainKit
import JSON
import Testing

@testable import HTTPServer

@Suite struct HTTPRequestTests {
    private struct Line: JSONDecodable, Equatable {
        let product: EntityID
        let quantity: Int

        init?(json: JSONReader) {
            let product = json["product"].required(EntityID.self)
            let quantity = json["quantity"].integer(in: 1...10)
            guard json.isObject(), let product, let quantity else { return nil }
            self.product = product
            self.quantity = quantity
        }
    }

    private func decode(_ body: String, as contentType: String? = "application/json") throws -> Line {
        var headers: HTTPHeaders = [:]
        headers["content-type"] = contentType
        return try HTTPRequest(.post, "/", headers: headers, body: Array(body.utf8)).decode()
    }

    private let good = #"{"product": "0197a0e0-0000-7000-8000-000000000001", "quantity": 3}"#

    @Test(arguments: [
        "application/json", "Application/JSON; charset=UTF-8", "application/vnd.x+json;charset=\"utf-8\"",
    ])
    func jsonInUTF8IsRead(contentType: String) throws { #expect(try decode(good, as: contentType).quantity == 3) }

    @Test(arguments: ["text/plain", "application/jsonx", "application/json; charset=latin1", "json", ""])
    func anotherContentTypeIsA415(contentType: String) {
        #expect(throws: Problem.self) { try decode(good, as: contentType) }
        let problem = #expect(throws: Problem.self) { try decode(good, as: nil) }
        #expect(problem?.status == 415)
    }

    @Test func whatIsNoJSONIsA400WithItsPosition() throws {
        let problem = #expect(throws: Problem.self) { try decode("{\n  \"product\": ,}") }
        #expect(problem?.status == 400)
        #expect(try #require(problem?.detail).contains("line 2"))
    }

    @Test func invalidUTF8AndDeepNestingAndNothingAreA400() {
        for body in [Array("\"".utf8) + [0xFF, 0x22], Array(repeating: UInt8(ascii: "["), count: 100_000), []] {
            let request = HTTPRequest(.post, "/", headers: ["Content-Type": "application/json"], body: body)
            let problem = #expect(throws: Problem.self) { try request.decode(Line.self) }
            #expect(problem?.status == 400)
        }
    }

    @Test func everyFaultyFieldIsNamedAtOnceIn422() throws {
        let problem = try #require(#expect(throws: Problem.self) { try decode(#"{"product": "x", "quantity": 0}"#) })
        #expect(problem.status == 422)
        #expect(problem.errors.map(\.place) == [.pointer("/product"), .pointer("/quantity")])
    }

    @Test func anOptionalBodyMayBeAbsent() throws {
        #expect(try HTTPRequest(.post, "/").decodeIfPresent(Line.self) == nil)
        #expect(throws: Problem.self) { try HTTPRequest(.post, "/", body: [1]).decodeIfPresent(Line.self) }
    }

    @Test func headersAreFoundInAnyCaseAndAllKept() {
        var headers: HTTPHeaders = ["Accept": "a", "ACCEPT": "b", "X-Ä": "c"]
        #expect(headers["accept"] == "a")
        #expect(headers.values("Accept") == ["a", "b"])
        headers["accept"] = "d"
        #expect(headers.values("accept") == ["d"])
        headers["accept"] = nil
        #expect(headers["accept"] == nil)
    }

    @Test func theCauseCarriesTheClientsTraceOn() {
        let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        let cause = HTTPRequest(
            .get, "/",
            headers: ["traceparent": parent, "tracestate": "a=1", "Tracestate": "b=2", "x-correlation-id": "abc-1"]
        ).cause
        #expect(cause.correlationID == "abc-1")
        #expect(cause.traceparent == parent)
        #expect(cause.tracestate == "a=1,b=2")
    }

    @Test func twoParentsAreNone() {
        let first = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        let second = "00-1af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        let trace = HTTPRequest(.get, "/", headers: ["traceparent": first, "Traceparent": second]).trace
        #expect(trace.traceparent != first && trace.traceparent != second)
    }

    @Test(arguments: [
        "", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
    ])
    func aTraceThatIsNotValidIsReplacedByANewOne(parent: String) {
        let request = HTTPRequest(.get, "/", headers: ["traceparent": parent, "x-correlation-id": "two words"])
        #expect(request.trace.traceID != "0af7651916cd43dd8448eb211c80319c")
        #expect(request.trace.traceID.utf8.count == 32)
        #expect(request.cause.correlationID == request.trace.traceID)
    }
}
