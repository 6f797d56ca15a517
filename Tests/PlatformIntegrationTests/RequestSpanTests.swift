import HTTPServer
import TestKit
import Testing
import Tracing

/// The span of a request, whatever becomes of it.
@Suite struct RequestSpanTests {
    private static let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    /// What is recorded of one request that is sent as it stands.
    private func record(
        _ request: String, settings: HTTPServerSettings = .init(), routes: (inout Router) -> Void = { _ in }
    ) async throws -> (answer: HTTPAnswer, span: SpanRecord) {
        let queue = SpanQueue()
        let answer = try await HTTPTestServer.with(
            settings, tracer: Tracer(.parentBasedAlwaysOn, into: queue), routes: routes
        ) { try await $0.answer(to: request) }
        let spans = queue.take()
        #expect(spans.count == 1)
        return (answer, try #require(spans.first))
    }

    private func value(_ name: String, of span: SpanRecord) -> SpanAttribute.Value? {
        span.attributes.first { $0.name == name }?.value
    }

    @Test func anAnsweredRequestIsRecordedUnderItsRoute() async throws {
        let (answer, span) = try await record(
            "GET /things/7?secret=1 HTTP/1.1\r\nHost: shop.example:8081\r\nUser-Agent: test\r\n"
                + "Traceparent: \(Self.parent)\r\nTracestate: a=1\r\n\r\n"
        ) { $0.get("/things/{id}", .test) { _ in .text(200, Span.current?.context.spanID ?? "none") } }
        #expect(answer.status == 200)
        #expect(span.name == "GET /things/{id}" && span.kind == .server && span.failure == nil)
        #expect(span.parent?.traceparent == Self.parent && span.hasRemoteParent)
        #expect(span.context.tracestate == "a=1")
        #expect(answer.header("traceparent") == span.context.traceparent)
        #expect(String(decoding: answer.body, as: UTF8.self) == span.context.spanID)
        #expect(value("http.request.method", of: span) == .string("GET"))
        #expect(value("http.route", of: span) == .string("/things/{id}"))
        #expect(value("http.response.status_code", of: span) == .integer(200))
        #expect(value("url.path", of: span) == .string("/things/7"))
        #expect(value("server.address", of: span) == .string("shop.example"))
        #expect(value("server.port", of: span) == .integer(8081))
        #expect(value("user_agent.original", of: span) == .string("test"))
        #expect(value("client.address", of: span) == .string("127.0.0.1"))
    }

    @Test(arguments: [
        ("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n", 404, "GET"),
        ("DELETE /hello HTTP/1.1\r\nHost: a\r\n\r\n", 405, "DELETE"),
        ("GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "GET /hello"),
        ("BREW /hello HTTP/1.1\r\nHost: a\r\n\r\n", 405, "HTTP"),
    ])
    func aRefusedRequestIsRecordedAndNoFailureOfOurs(request: String, status: Int, name: String) async throws {
        let (answer, span) = try await record(request)
        #expect(answer.status == status)
        #expect(span.name == name && span.parent == nil && span.failure == nil)
        #expect(value("http.response.status_code", of: span) == .integer(status))
    }

    @Test func anErrorOfTheServersOwnIsAFailure() async throws {
        struct Unexpected: Error {}
        let (answer, span) = try await record("GET /fails HTTP/1.1\r\nHost: a\r\n\r\n") {
            $0.get("/fails", .test) { _ in throw Unexpected() }
        }
        #expect(answer.status == 500)
        #expect(span.failure != nil)
        #expect(value("error.type", of: span) == .string("500"))
    }

    @Test func aRequestThatMissesItsDeadlineIsRecorded() async throws {
        var settings = HTTPServerSettings()
        settings.requestDeadline = .milliseconds(50)
        let (answer, span) = try await record("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n", settings: settings) {
            $0.get("/slow", .test) { _ in
                try await Task.sleep(for: .seconds(60))
                return .empty()
            }
        }
        #expect(answer.status == 503)
        #expect(value("error.type", of: span) == .string("503"))
        #expect(span.endNanoseconds - span.startNanoseconds >= 50_000_000)
    }

    /// A span that never ended would never be seen.
    @Test func aRequestWhoseClientLeavesIsRecorded() async throws {
        let queue = SpanQueue()
        let events = Events()
        try await HTTPTestServer.with(tracer: Tracer(.alwaysOn, into: queue)) { router in
            router.get("/slow", .test) { _ in
                events.add("begun")
                try await Task.sleep(for: .seconds(60))
                return .empty()
            }
        } _: { server in
            let connection = try server.connect()
            try await connection.write("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(await events.happens("begun"))
            await connection.end()
        }
        let span = try #require(queue.take().first)
        #expect(span.failure != nil)
    }

    /// Orchestrators ask all day, and would fill the collector with nothing.
    @Test func whatOrchestratorsAskBeginsNoTrace() async throws {
        let queue = SpanQueue()
        let operation = Operation("getLiveness", "Answers", tag: "Operations", access: .operational)
        try await HTTPTestServer.with(tracer: Tracer(.alwaysOn, into: queue)) { router in
            router.get("/health/live", operation) { _ in .empty() }
        } _: { server in
            let quiet = try await server.answer(to: "GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(quiet.header("traceparent")?.hasSuffix("-00") == true)
            let asked = try await server.answer(
                to: "GET /health/live HTTP/1.1\r\nHost: a\r\nTraceparent: \(Self.parent)\r\n\r\n")
            #expect(asked.header("traceparent")?.hasSuffix("-01") == true)
        }
        #expect(queue.take().map { $0.parent?.traceparent } == [Self.parent])
    }
}
