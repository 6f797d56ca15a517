import HTTPServer
import TestKit
import Testing

@Suite struct HTTPGuardTests {
    @Test(arguments: [
        "Host: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n",
        "Host: x\r\nContent-Length: 5\r\nContent-Length: 5\r\n",
        "Host: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Host: x\r\nTransfer-Encoding: gzip\r\n",
        "Host: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Host: x\r\nTransfer-Encoding: gzip, chunked\r\n", "Host: x\r\nTransfer-Encoding: chunked, identity\r\n",
        "Host: x\r\nHost: y\r\n", "", "Host: x\r\nContent-Length : 5\r\n", "Host: x\r\nContent-Length: +5\r\n",
        "Host: x\r\nContent-Length: 5x\r\n", "Host: x\r\nBad Name: 5\r\n", "Host: x\r\nB\u{e4}d: 5\r\n",
        "Host: x\r\nContent-Length: -1\r\n", "Host: x\r\n: nameless\r\n", "Host: x\r\n:\r\n",
        "Host: x\r\nTransfer-Encoding:\r\n chunked\r\n", "Host: x\r\nContent-Length: 0\r\n 5\r\n",
        "Host: x\r\nA: b\r\n\tc\r\n",
        "Host: x\r\nA: b\rTransfer-Encoding: chunked\r\n", "Host: x\nContent-Length: 0\n", "Host: x\r\nA: b\rc: d\r\n",
    ])
    func aRequestThatTwoCouldReadDifferentlyIsRefusedAndItsConnectionClosed(headers: String) async throws {
        try await HTTPTestServer.with { server in
            let connection = try server.connect(timeout: 5)
            // What follows must not be taken for a request.
            try await connection.write(
                "POST /echo HTTP/1.1\r\n\(headers)\r\n0\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
            let answer = try await connection.read()
            #expect(answer.status == 400)
            #expect(answer.header("connection")?.lowercased() == "close")
            await #expect(throws: HTTPClientError.self) { try await connection.read() }
            #expect(await connection.isEnded())
        }
    }

    @Test func whatIsOddButClearPasses() async throws {
        try await HTTPTestServer.with { server in
            for head in [
                "Host:x", "Host:   x", "Host:\t x\r\nA:", "A: b: c\r\nHost: x\r\nCookie: a=b; c=d\r\nA: b",
                "Host: x\r\nLong: \(String(repeating: "a", count: 20_000))\r\nB: c",
            ] {
                let connection = try server.connect()
                for _ in 0..<2 {
                    try await connection.write("GET /hello?a=b&c HTTP/1.1\r\n\(head)\r\n\r\n")
                    #expect(try await connection.read().status == 200)
                }
            }
            #expect(try await server.answer(to: "GET /hello HTTP/1.0\r\n\r\n").status == 200)
            #expect(try await server.answer(to: "\r\nGET /hello HTTP/1.1\r\nHost: x\r\n\r\n").status == 200)
        }
    }

    @Test func aRefusalSaysWhy() async throws {
        try await HTTPTestServer.with { server in
            let answer = try await server.answer(
                to: "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n")
            #expect(answer.json["detail"]?.stringValue == "There is both a Content-Length and a Transfer-Encoding.")
        }
    }

    /// libmicrohttpd takes a bare line feed between chunks, which a proxy may take for data: what follows is not read.
    @Test func chunkedBodiesArriveAndEndTheirConnection() async throws {
        try await HTTPTestServer.with { server in
            let connection = try server.connect()
            try await connection.write(
                "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
            try await connection.write(
                "4;x=y\r\ndefg\r\n0\r\nTrailer: Content-Length\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
            let answer = try await connection.read()
            #expect(answer.text == "abcdefg" && answer.header("connection")?.lowercased() == "close")
            await #expect(throws: HTTPClientError.self) { try await connection.read() }
            #expect(await connection.isEnded())
        }
    }

    @Test func nonsenseIsAnsweredAndTheServerGoesOn() async throws {
        try await HTTPTestServer.with { server in
            for text in [
                "\0\0\0\0\r\n\r\n", "GET\r\n\r\n", "GET /hello\r\n\r\n", "GET /hello HTTP/9.9\r\nHost: x\r\n\r\n",
            ] {
                let connection = try server.connect(timeout: 2)
                try await connection.write(text)
                await connection.endWriting()
                if let answer = try? await connection.read() { #expect(answer.status >= 400) }
            }
            let long = "GET /hello HTTP/1.1\r\nHost: x\r\nX: \(String(repeating: "a", count: 100_000))\r\n\r\n"
            let connection = try server.connect(timeout: 5)
            try? await connection.write(long)
            if let answer = try? await connection.read() { #expect([400, 413, 431].contains(answer.status)) }
            #expect(try await server.client.send("GET", "/hello").status == 200)
        }
    }
}
