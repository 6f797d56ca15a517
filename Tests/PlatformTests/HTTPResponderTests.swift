import DomainKit
import JSON
import Observability
import Testing

@testable import HTTPServer

@Suite struct HTTPResponderTests {
    private struct Secret: Error { let password = "hunter2" }
    private struct Away: TemporarilyUnavailable { let isTemporarilyUnavailable: Bool }
    private struct SoldOut: ProblemConvertible { var problem: Problem { .conflict("Nothing is left.") } }

    private let sink = MemorySink()

    private func answer(throwing error: any Error) async throws -> (HTTPResponse, JSONValue) {
        var router = Router()
        router.get("/things/{id}", .test) { _ in throw error }
        let responder = Responder(logger: Logger(service: "test", sink: sink))
        let request = HTTPRequest(.get, "/things/1", headers: ["traceparent": sampleTrace])
        let response = await responder.respond(to: request, by: try router.match(.get, "/things/1"))
        return (response, try JSONValue(parsing: response.body))
    }

    private let sampleTrace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    @Test func anUnknownErrorIsA500ThatTellsTheLogAndNotTheClient() async throws {
        let (response, body) = try await answer(throwing: Secret())
        #expect(response.status == 500)
        #expect(!response.body.jsonString.contains("hunter2"))
        #expect(body["traceId"]?.stringValue == "0af7651916cd43dd8448eb211c80319c")
        let line = try #require(sink.lines.first)
        #expect(line.contains("hunter2") && line.contains("ERROR") && line.contains("0af7651916cd43dd8448eb211c80319c"))
    }

    @Test func aProblemIsAnsweredAsItIs() async throws {
        let (response, body) = try await answer(
            throwing: Problem.unprocessable("/items/0/quantity", "must be positive"))
        #expect(response.status == 422)
        #expect(response.headers["content-type"] == "application/problem+json")
        #expect(response.headers["cache-control"] == "no-store")
        #expect(body["instance"]?.stringValue == "/things/1")
        #expect(body["status"] == .integer(422))
        let fault = try #require(body["errors"]?.arrayValue?.first)
        #expect(fault["pointer"]?.stringValue == "/items/0/quantity")
        #expect(sink.lines.isEmpty)
    }

    @Test func anErrorThatHasAProblemIsAnsweredWithIt() async throws {
        let (response, body) = try await answer(throwing: SoldOut())
        #expect(response.status == 409)
        #expect(body["detail"]?.stringValue == "Nothing is left.")
        #expect(body["title"]?.stringValue == "Conflict")
        #expect(body["type"]?.stringValue == "about:blank")
    }

    @Test func whatIsAwayForNowIsA503ThatSaysWhenToRetry() async throws {
        let (response, _) = try await answer(throwing: Away(isTemporarilyUnavailable: true))
        #expect(response.status == 503)
        #expect(response.headers["retry-after"] == "1")
        #expect(try await answer(throwing: Away(isTemporarilyUnavailable: false)).0.status == 500)
    }

    @Test func refusalsWhileSomethingIsAwayAreNotLoggedAThousandTimes() async throws {
        var router = Router()
        router.get("/things", .test) { _ in throw Away(isTemporarilyUnavailable: true) }
        let responder = Responder(logger: Logger(service: "test", sink: sink))
        for _ in 0..<1_000 {
            let request = HTTPRequest(.get, "/things")
            let response = await responder.respond(to: request, by: try router.match(.get, "/things"))
            #expect(response.status == 503)
        }
        // Ten seconds pass between two lines; a machine that is that slow gets a second one.
        #expect((1...10).contains(sink.lines.count))
    }
}

extension [UInt8] {
    fileprivate var jsonString: String { String(decoding: self, as: UTF8.self) }
}
