import HTTPServer
import Lifecycle
import TestKit
import Testing

@Suite struct HTTPDeadlineTests {
    private static let hasty: HTTPServerSettings = {
        var settings = HTTPServerSettings()
        settings.requestDeadline = .milliseconds(300)
        settings.shutdownGrace = .milliseconds(500)
        return settings
    }()

    /// `/sleep` ends when cancelled, `/ignore` does not.
    private static func routes(_ events: Events) -> (inout Router) -> Void {
        { router in
            router.get("/sleep", .test) { _ in
                events.add("started")
                do {
                    try await Task.sleep(for: .seconds(20))
                } catch {
                    events.add("cancelled")
                    throw error
                }
                return .empty()
            }
            router.get("/ignore", .test) { _ in
                events.add("started")
                await Task { try? await Task.sleep(for: .milliseconds(900)) }.value
                events.add("finished")
                return .text(200, "too late")
            }
            router.get("/short", .test) { _ in
                events.add("started")
                try await Task.sleep(for: .milliseconds(200))
                return .text(200, "done")
            }
        }
    }

    @Test func aLateHandlerIsCancelledAndItsClientTold() async throws {
        let events = Events()
        try await HTTPTestServer.with(Self.hasty, routes: Self.routes(events)) { server in
            let client = server.client
            let start = ContinuousClock.now
            let answer = try await client.send("GET", "/sleep")
            #expect(answer.status == 503 && answer.header("retry-after") == "1")
            #expect(answer.json["type"]?.stringValue == "/problems/deadline-exceeded")
            #expect(ContinuousClock.now - start < .seconds(5))
            #expect(await events.happens("cancelled"))
            #expect(try await client.send("GET", "/hello").text == "hello")
        }
    }

    @Test func aHandlerThatIgnoresItsDeadlineNeverAnswersAnotherRequest() async throws {
        let events = Events()
        try await HTTPTestServer.with(Self.hasty, routes: Self.routes(events)) { server in
            let connection = try server.connect()
            try await connection.write("GET /ignore HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try await connection.read().status == 503)
            try await connection.write("GET /short HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try await connection.read().text == "done")
            #expect(await events.happens("finished"))
            try await connection.write("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try await connection.read().text == "hello")
        }
    }

    @Test func aClientThatGoesCancelsItsHandler() async throws {
        let events = Events()
        try await HTTPTestServer.with(routes: Self.routes(events)) { server in
            let connection = try server.connect()
            try await connection.write("GET /sleep HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(await events.happens("started"))
            await connection.end()
            #expect(await events.happens("cancelled"))
            #expect(try await server.client.send("GET", "/hello").status == 200)
        }
    }

    @Test func clientsThatGoInTheMiddleLeaveNothingBehind() async throws {
        let events = Events()
        var settings = Self.hasty
        settings.connectionLimit = 8
        try await HTTPTestServer.with(settings, routes: Self.routes(events)) { server in
            for turn in 0..<40 {
                let connection = try server.connect()
                let half = ["GET /short HTTP/1.1\r\nHo", "GET /short HTTP/1.1\r\nHost: x\r\n\r\n"][turn % 2]
                try await connection.write(half)
                await connection.end()
            }
            // All of the few places are free again.
            #expect(try await server.client.send("GET", "/hello").status == 200)
        }
    }

    @Test func whatIsInFlightAtShutdownIsFinished() async throws {
        let events = Events()
        try await HTTPTestServer.with(routes: Self.routes(events)) { server in
            let connection = try server.connect()
            try await connection.write("GET /short HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(await events.happens("started"))
            server.shutdown.trigger()
            let answer = try await connection.read()
            #expect(answer.text == "done" && answer.header("connection")?.lowercased() == "close")
            #expect(await connection.isEnded())
            #expect(throws: HTTPClientError.self) { try server.connect() }
        }
    }

    @Test func aShutdownIsBoundedAndTellsWhoStillWaits() async throws {
        let events = Events()
        var settings = Self.hasty
        settings.requestDeadline = .seconds(60)
        let start = ContinuousClock.now
        try await HTTPTestServer.with(settings, routes: Self.routes(events)) { server in
            let half = try server.connect()
            try await half.write("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n01234")
            let connection = try server.connect()
            try await connection.write("GET /sleep HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(await events.happens("started"))
            server.shutdown.trigger()
            #expect(try await connection.read().status == 503)
            #expect(await events.happens("cancelled"))
        }
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test func aServerThatWasNeverRunLetsGoOfItsPort() async throws {
        let port = try { try HTTPServer(host: "127.0.0.1", port: 0, router: Router(), logger: .silent).start() }()
        let second = HTTPServer(host: "127.0.0.1", port: port, router: Router(), logger: .silent)
        #expect(try second.start() == port)
    }
}
