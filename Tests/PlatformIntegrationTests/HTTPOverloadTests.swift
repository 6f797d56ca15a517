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
                await end.wait()
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
        settings.maximumSizeOfBodies = 100_000
        try await HTTPTestServer.with(settings) { server in
            let half = String(repeating: "a", count: 60_000)
            let head = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n"
            let first = try server.connect()
            try await first.write(head + half.dropLast())
            var refused = try await server.answer(to: head + half)
            // Until the server has read what the first has sent, there is room for another.
            for _ in 0..<500 where refused.status == 200 { refused = try await server.answer(to: head + half) }
            #expect(refused.status == 503)
            #expect(refused.json["type"]?.stringValue == "/problems/overloaded")
            try await first.write("a")
            #expect(try await first.read().body.count == 60_000)
            #expect(try await server.answer(to: head + half).status == 200)
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
