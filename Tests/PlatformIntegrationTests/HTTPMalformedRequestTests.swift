import HTTPServer
import TestKit
import Testing

/// What no client has a reason to send, byte for byte. Where libmicrohttpd refuses by itself, it does so in HTML.
@Suite struct HTTPMalformedRequestTests {
    private static let good = "GET /hello HTTP/1.1\r\nHost: x\r\n"
    private static let chunked = "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"

    @Test(arguments: [
        // First line.
        "GET  /hello HTTP/1.1\r\nHost: x\r\n\r\n",

        "GET /hello HTTP/1.1 \r\nHost: x\r\n\r\n",
        "GET /he\u{1}llo HTTP/1.1\r\nHost: x\r\n\r\n", "GET /he\u{e4}llo HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /he\0llo HTTP/1.1\r\nHost: x\r\n\r\n", "GE\0T /hello HTTP/1.1\r\nHost: x\r\n\r\n",
        "G{}T /hello HTTP/1.1\r\nHost: x\r\n\r\n", "GET /hello HTTP/1.1\nHost: x\r\n\r\n",
        "GET /hello\r\n\r\n", "GET /hello http/1.1\r\nHost: x\r\n\r\n",
        "GET /hello HTTP/1.2\r\nHost: x\r\n\r\n", "GET /hello HTTP/01.1\r\nHost: x\r\n\r\n",
        "GET /hello HTTP/1.1x\r\nHost: x\r\n\r\n", "GET /hello HTTPS/1.1\r\nHost: x\r\n\r\n",
        // Headers.
        "\(good)A: b\nC: d\r\n\r\n", "\(good)A: b\n\n", "\(good)A: b\r\n c\r\n\r\n", "\(good)A: b\r\n\tc\r\n\r\n",
        "GET /hello HTTP/1.1\r\n Host: x\r\n\r\n", "\(good)A: b\rc\r\n\r\n", "\(good)A: b\0c\r\n\r\n",
        "\(good)A\0: b\r\n\r\n", "\(good)A: b\u{1}c\r\n\r\n", "\(good)A: \u{7F}\r\n\r\n", "\(good)A : b\r\n\r\n",
        "\(good)A b: c\r\n\r\n", "\(good)A\r\n\r\n", "\(good): b\r\n\r\n", "\(good)A(b): c\r\n\r\n",
        "\(good)\u{e4}: b\r\n\r\n",
        // Host.
        "GET /hello HTTP/1.1\r\n\r\n", "\(good)Host: x\r\n\r\n", "\(good)Host: y\r\n\r\n", "\(good)host: x\r\n\r\n",
        "GET /hello HTTP/1.1\r\nHost: x y\r\n\r\n", "GET /hello HTTP/1.1\r\nHost: x/hello\r\n\r\n",
        "GET /hello HTTP/1.1\r\nHost: me@x\r\n\r\n", "GET http://x/hello HTTP/1.1\r\n\r\n",
        // Where the body ends.
        "\(good)Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", "\(good)Content-Length: 1, 1\r\n\r\na",
        "\(good)Content-Length: -1\r\n\r\n", "\(good)Content-Length: +1\r\n\r\na",
        "\(good)Content-Length: 0x1\r\n\r\na",
        "\(good)Content-Length: 1 1\r\n\r\na", "\(good)Content-Length:\r\n\r\n", "\(good)Content-Length: a\r\n\r\n",
        "\(good)Content-Length : 1\r\n\r\na",
        "\(good)Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "\(good)Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n",
        "\(good)Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "\(good)Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
        "\(good)Transfer-Encoding: \u{b}chunked\r\n\r\n0\r\n\r\n",
        "\(good)Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        "\(good)Transfer_Encoding: x\r\nTransfer-Encoding: identity\r\n\r\n",
        "GET /hello HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        // Chunks.
        "\(chunked)-1\r\nab\r\n0\r\n\r\n",
        "\(chunked)0x1\r\na\r\n0\r\n\r\n", "\(chunked)g\r\na\r\n0\r\n\r\n", "\(chunked)\r\na\r\n0\r\n\r\n",
        "\(chunked)1\r\nab\r\n0\r\n\r\n", "\(chunked)+1\r\na\r\n0\r\n\r\n",
    ])
    func whatIsMalformedIsA400AndTheEndOfItsConnection(request: String) async throws {
        try await HTTPTestServer.with { server in
            let connection = try server.connect(timeout: 5)
            // What follows must not be taken for a request, whatever came before it.
            try? await connection.write(request + Self.good + "\r\n")
            let answer = try await connection.read()
            #expect(answer.status == 400)
            await #expect(throws: HTTPClientError.self) { try await connection.read() }
            #expect(await connection.isEnded())
        }
    }

    /// Some of these it closes without a word.
    @Test(arguments: [
        "GET /hello  HTTP/1.1\r\nHost: x\r\n\r\n", " GET /hello HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET\t/hello\tHTTP/1.1\r\nHost: x\r\n\r\n", "GET /he llo HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /hello HTTP/0.9\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "\(good)Content-Length: 99999999999999999999\r\n\r\n", "\(chunked)FFFFFFFFFFFFFFFFF\r\nab\r\n0\r\n\r\n",
    ])
    func whatTheLibraryRefusesIsTheEndOfItsConnectionToo(request: String) async throws {
        try await HTTPTestServer.with { server in
            let connection = try server.connect(timeout: 5)
            try? await connection.write(request + Self.good + "\r\n")
            if let answer = try? await connection.read() { #expect([400, 413, 505].contains(answer.status)) }
            await #expect(throws: HTTPClientError.self) { try await connection.read() }
            #expect(await connection.isEnded())
        }
    }

    @Test(arguments: [
        ("GET /\(String(repeating: "a", count: 100_000)) HTTP/1.1\r\nHost: x\r\n\r\n", [400, 414, 431]),
        ("\(good)A: \(String(repeating: "a", count: 100_000))\r\n\r\n", [400, 431]),
        ("\(good)\(String(repeating: "A: b\r\n", count: 10_000))\r\n", [400, 431]),
        ("\(good)\(String(repeating: "a", count: 100_000)): b\r\n\r\n", [400, 431]),
        ("\(String(repeating: "G", count: 100_000)) / HTTP/1.1\r\nHost: x\r\n\r\n", [400, 413, 414, 431, 501]),
    ])
    func aHeadThatIsTooLongIsRefusedAndTheEndOfItsConnection(request: String, statuses: [Int]) async throws {
        try await HTTPTestServer.with { server in
            let connection = try server.connect(timeout: 5)
            // The server may be gone before all is written.
            try? await connection.write(request)
            if let answer = try? await connection.read() { #expect(statuses.contains(answer.status)) }
            #expect(await connection.isEnded())
            #expect(try await server.client.send("GET", "/hello").status == 200)
        }
    }

    @Test func whatIsOddButAllowedPasses() async throws {
        try await HTTPTestServer.with { server in
            for request in [
                "\r\n\(Self.good)\r\n", "GET http://other/hello HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET HTTPS://x:443/hello?a HTTP/1.1\r\nHost: x\r\n\r\n", "\(Self.good)Upgrade: h2c\r\n\r\n",
                "\(Self.good)A: \u{e4}\r\n\r\n", "\(Self.good)Content-Length: 0\r\n\r\n",
                "GET /hello HTTP/1.1\r\nHost:\r\n\r\n",
            ] {
                let answer = try await server.answer(to: request)
                #expect(answer.status == 200 && answer.text == "hello", "\(request)")
            }
            let extended = try await server.answer(to: "\(Self.chunked)3;a=\"b\";c\r\nabc\r\n0;d\r\nTrailer: e\r\n\r\n")
            #expect(extended.text == "abc")
            #expect(try await server.answer(to: "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n").status < 500)
            #expect(try await server.answer(to: "CONNECT x:80 HTTP/1.1\r\nHost: x:80\r\n\r\n").status < 500)
        }
    }

    @Test func everyAnswerTellsBrowsersToKeepOut() async throws {
        let routes: (inout Router) -> Void = { router in
            router.get("/page", .test) { _ in
                HTTPResponse(headers: ["Content-Security-Policy": "default-src 'self'", "Cache-Control": "max-age=60"])
            }
        }
        try await HTTPTestServer.with(routes: routes) { server in
            for path in ["/hello", "/nothing", "/page"] {
                let answer = try await server.client.send("GET", path)
                #expect(answer.header("x-content-type-options") == "nosniff")
                #expect(answer.header("referrer-policy") == "no-referrer")
                let isPage = path == "/page"
                #expect(answer.header("cache-control") == (isPage ? "max-age=60" : "no-store"))
                #expect(
                    answer.header("content-security-policy")
                        == (isPage ? "default-src 'self'" : "default-src 'none'; frame-ancestors 'none'"))
                #expect(answer.fields.count { $0.0.lowercased() == "cache-control" } == 1)
            }
        }
    }
}
