import HTTPServer
import TestKit
import Testing

/// Clients that send a byte now and then, to occupy what others need.
@Suite struct HTTPSlowClientTests {
    @Test func aThousandSlowClientsDoNotStopANormalOne() async throws {
        try await HTTPTestServer.with { server in
            let slow = ClientCrowd()
            try await slow.join(500, port: server.port)
            await slow.say("GET /hello HTTP/1.1\r\nHost: x\r\nX: ")
            let slower = ClientCrowd()
            try await slower.join(500, port: server.port)
            await slower.say("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
            for _ in 0..<20 {
                await slow.say("y")
                await slower.say("z")
                for _ in 0..<10 {
                    let answer = try await server.client.another().send("GET", "/hello")
                    #expect(answer.status == 200)
                }
            }
            #expect(await slow.connected == 500)
            #expect(await slower.connected == 500)
        }
    }

    @Test(arguments: [
        "", "GET /hello HTT", "GET /hello HTTP/1.1\r\nHost: x\r\nX: ",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n186a0\r\n",
    ])
    func whoTricklesLosesItsConnectionHoweverItKeepsIt(start: String) async throws {
        var settings = HTTPServerSettings()
        settings.readTimeout = .seconds(1)
        settings.idleTimeout = .seconds(1)
        try await HTTPTestServer.with(settings) { server in
            let crowd = ClientCrowd()
            try await crowd.join(20, port: server.port)
            await crowd.say(start)
            for _ in 0..<300 where await crowd.connected > 0 {
                if !start.isEmpty { await crowd.say("y") }
                try await Task.sleep(for: .milliseconds(100))
            }
            #expect(await crowd.connected == 0)
            #expect(try await server.client.send("GET", "/hello").status == 200)
        }
    }

    /// The client's machine has gone, and nobody says so.
    @Test func whoNeverReadsItsAnswerLosesItsConnection() async throws {
        var settings = HTTPServerSettings()
        settings.sendTimeout = .seconds(1)
        let routes: (inout Router) -> Void = { router in
            router.get("/large", .test) { _ in HTTPResponse(body: [UInt8](repeating: 65, count: 64 << 20)) }
        }
        try await HTTPTestServer.with(settings, routes: routes) { server in
            let connection = try server.connect(timeout: 30)
            try await connection.write("GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
            try await Task.sleep(for: .seconds(3))
            await #expect(throws: HTTPClientError.self) { try await connection.read() }
            #expect(await connection.isEnded())
        }
    }
}
