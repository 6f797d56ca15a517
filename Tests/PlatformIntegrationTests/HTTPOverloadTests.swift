import HTTPServer
import Lifecycle
import TestKit
import Testing

@Suite struct HTTPOverloadTests {
    private static let small: HTTPServerSettings = {
        var settings = HTTPServerSettings()
        settings.concurrentRequestLimit = 4
        return settings
    }()

    private static func routes(_ events: Events, until end: ShutdownSignal) -> (inout Router) -> Void {
        { router in
            router.get("/wait", .test) { _ in
                events.add("started")
                // In a task of its own, which the deadline of the request does not cancel.
                await Task { await end.wait() }.value
                return .text(200, "done")
            }
            router.get("/health/live", Operation("live", "Lives", tag: "Test", access: .operational)) { _ in .empty() }
        }
    }

    @Test func whatIsTooMuchIsRefusedAtOnceWhileHealthAnswers() async throws {
        let (events, end) = (Events(), ShutdownSignal())
        try await HTTPTestServer.with(Self.small, routes: Self.routes(events, until: end)) { server in
            let busy = try (0..<4).map { _ in try server.connect() }
            for connection in busy { try await connection.write("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n") }
            #expect(await events.happens("started", times: 4))
            for path in ["/wait", "/hello", "/nothing"] {
                let refused = try await server.client.send("GET", path)
                // Without a filter what has no route takes no work.
                #expect(refused.status == (path == "/nothing" ? 404 : 503))
                guard path != "/nothing" else { continue }
                #expect(refused.header("retry-after") == "1")
                #expect(refused.json["type"]?.stringValue == "/problems/overloaded")
            }
            #expect(try await server.client.send("GET", "/health/live").status == 204)
            #expect(events.all.count == 4)
            end.trigger()
            for connection in busy { #expect(try await connection.read().text == "done") }
            #expect(try await server.client.send("GET", "/hello").status == 200)
            #expect(server.sink.lines.count { $0.contains("overloaded") } == 1)
        }
    }

    @Test func bodiesThatArriveTogetherAreBounded() async throws {
        var settings = HTTPServerSettings()
        settings.maximumSizeOfBodies = 50_000
        try await HTTPTestServer.with(settings) { server in
            let body = String(repeating: "a", count: 30_000)
            let head = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: "
            let first = try server.connect()
            try await first.write("\(head)40000\r\n\r\n\(body)")
            // The thread that answers these reads what the first has sent, a part at each turn.
            for _ in 0..<50 { #expect(try await server.client.send("GET", "/hello").status == 200) }
            let refused = try await server.answer(to: "\(head)30000\r\n\r\n\(body)")
            #expect(refused.status == 503)
            #expect(refused.json["type"]?.stringValue == "/problems/overloaded")
            try await first.write(String(body.prefix(10_000)))
            #expect(try await first.read().body.count == 40_000)
            #expect(try await server.answer(to: "\(head)30000\r\n\r\n\(body)").status == 200)
        }
    }

    @Test func aHandlerThatIgnoresItsDeadlineStaysWork() async throws {
        let (events, end) = (Events(), ShutdownSignal())
        var settings = Self.small
        settings.concurrentRequestLimit = 1
        settings.requestDeadline = .milliseconds(300)
        try await HTTPTestServer.with(settings, routes: Self.routes(events, until: end)) { server in
            let late = try await server.client.send("GET", "/wait")
            #expect(late.json["type"]?.stringValue == "/problems/deadline-exceeded")
            let refused = try await server.client.send("GET", "/hello")
            #expect(refused.json["type"]?.stringValue == "/problems/overloaded")
            end.trigger()
            for _ in 0..<1_000 where try await server.client.send("GET", "/hello").status != 200 {
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(try await server.client.send("GET", "/hello").status == 200)
        }
    }
}
