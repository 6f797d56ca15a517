import HTTPServer
import TestKit
import Testing

@Suite struct HTTPLimitTests {
    private static let small: HTTPServerSettings = {
        var settings = HTTPServerSettings()
        settings.maximumBodySize = 100_000
        return settings
    }()

    @Test func aBodyOfTheLimitIsTakenAndOneByteMoreIsA413() async throws {
        try await HTTPTestServer.with { server in
            let client = server.client
            let most = [UInt8](repeating: 65, count: 1 << 20)
            #expect(try await client.send("POST", "/echo", body: most).body == most)
            let answer = try await client.send("POST", "/echo", body: most + [65])
            #expect(answer.status == 413)
            #expect(answer.header("content-type") == "application/problem+json")
            #expect(try await client.send("GET", "/hello").status == 200)
        }
    }

    @Test func aChunkedBodyOverTheLimitIsA413() async throws {
        try await HTTPTestServer.with(Self.small) { server in
            let connection = try server.connect()
            try await connection.write("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
            let chunk = "4e20\r\n" + String(repeating: "a", count: 20_000) + "\r\n"
            for _ in 0..<6 { try await connection.write(chunk) }
            try await connection.write("0\r\n\r\n")
            #expect(try await connection.read().status == 413)
        }
    }

    @Test func aBodyWithoutAnEndIsCutOff() async throws {
        try await HTTPTestServer.with(Self.small) { server in
            let connection = try server.connect()
            try await connection.write("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
            let chunk = "186a0\r\n" + String(repeating: "a", count: 100_000) + "\r\n"
            await #expect(throws: HTTPClientError.self) {
                for _ in 0..<1_000 { try await connection.write(chunk) }
            }
        }
    }

    @Test func whoAsksBeforeSendingTooMuchIsToldAtOnce() async throws {
        try await HTTPTestServer.with(Self.small) { server in
            let refused = try await server.answer(
                to: "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100001\r\nExpect: 100-continue\r\n\r\n")
            #expect(refused.status == 413)
            let enormous = try await server.answer(
                to: "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n")
            #expect(enormous.status == 413)
            let connection = try server.connect()
            try await connection.write(
                "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello")
            #expect(try await connection.read().text == "hello")
        }
    }

    @Test func aBodyThatComesByteByByteArrives() async throws {
        try await HTTPTestServer.with { server in
            let connection = try server.connect()
            let text = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n0123456789"
            for character in text {
                try await connection.write(String(character))
                try await Task.sleep(for: .milliseconds(2))
            }
            #expect(try await connection.read().text == "0123456789")
        }
    }

    @Test func whoNeverFinishesARequestLosesTheConnection() async throws {
        var settings = HTTPServerSettings()
        settings.idleTimeout = .seconds(1)
        settings.readTimeout = .seconds(1)
        try await HTTPTestServer.with(settings) { server in
            for text in ["", "GET /hello HT", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n01234"] {
                let connection = try server.connect(timeout: 8)
                try await connection.write(text)
                #expect(await connection.isEnded())
            }
            // A trickle keeps libmicrohttpd's own timeout from ever coming.
            let trickle = try server.connect(timeout: 8)
            try await trickle.write("GET /hello HTTP/1.1\r\nHost: x\r\n")
            await #expect(throws: HTTPClientError.self) {
                for _ in 0..<40 {
                    try await trickle.write("X: y\r\n")
                    try await Task.sleep(for: .milliseconds(100))
                }
            }
        }
    }

    @Test func moreConnectionsThanTheLimitWait() async throws {
        var settings = HTTPServerSettings()
        settings.connectionLimit = 2
        try await HTTPTestServer.with(settings) { server in
            let first = try server.connect()
            let second = try server.connect()
            for connection in [first, second] {
                try await connection.write("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(try await connection.read().status == 200)
            }
            let third = try server.connect()
            try await third.write("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
            try await Task.sleep(for: .milliseconds(100))
            await first.end()
            #expect(try await third.read().status == 200)
        }
    }
}
