import HTTPClient
import HTTPServer
import TestKit
import Testing

@Suite("Web client")
struct WebClientTests {
    private func client(_ change: (inout WebClientSettings) -> Void = { _ in }) -> WebClient {
        var settings = WebClientSettings()
        settings.usesProxy = false
        change(&settings)
        return WebClient(name: "test", settings: settings)
    }

    @Test func anAnswerComesWithItsStatusHeadersAndBody() async throws {
        try await HTTPTestServer.with { router in
            router.get("/found", .test) { _ in
                HTTPResponse(status: 404, headers: ["X-Kind": "a: b"], body: Array("gone".utf8))
            }
        } _: { server in
            let answer = try await client().get("http://127.0.0.1:\(server.port)/found")
            #expect(answer.status == 404)
            #expect(answer.header("x-kind") == "a: b")
            #expect(answer.body == Array("gone".utf8))
        }
    }

    @Test(arguments: [0, 5, 900_000])
    func aBodyIsPostedAsItIs(size: Int) async throws {
        try await HTTPTestServer.with { router in
            router.post("/seen", .test) { request in
                HTTPResponse(headers: ["X-Type": request.headers["content-type"] ?? ""], body: request.body)
            }
        } _: { server in
            let body = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
            let request = WebRequest(
                "http://127.0.0.1:\(server.port)/seen", headers: [("Content-Type", "application/x")], body: body)
            let client = client()
            for _ in 0..<2 {
                let answer = try await client.send(request)
                #expect(answer.status == 200)
                #expect(answer.header("X-Type") == "application/x")
                #expect(answer.body == body)
            }
        }
    }

    @Test func aRedirectIsAnAnswerLikeAnyOther() async throws {
        try await HTTPTestServer.with { router in
            router.get("/moved", .test) { _ in .empty(302, headers: ["Location": "/hello"]) }
        } _: { server in
            let answer = try await client().get("http://127.0.0.1:\(server.port)/moved")
            #expect(answer.status == 302)
            #expect(answer.body.isEmpty)
        }
    }

    @Test func anAnswerThatIsTooLargeIsNotRead() async throws {
        try await HTTPTestServer.with { router in
            router.get("/large", .test) { _ in HTTPResponse(body: Array(repeating: 1, count: 1_001)) }
        } _: { server in
            let url = "http://127.0.0.1:\(server.port)/large"
            let allowed = try await client { $0.sizeLimit = 1_001 }.get(url)
            #expect(allowed.body.count == 1_001)
            let error = await #expect(throws: WebClientError.self) {
                try await client { $0.sizeLimit = 1_000 }.get(url)
            }
            #expect(error?.code == .tooLarge)
        }
    }

    @Test func aServerThatDoesNotAnswerIsLeft() async throws {
        try await HTTPTestServer.with { router in
            router.get("/slow", .test) { _ in
                try? await Task.sleep(for: .seconds(60))
                return .empty()
            }
        } _: { server in
            let client = client { $0.timeout = .milliseconds(200) }
            let error = await #expect(throws: WebClientError.self) {
                try await client.get("http://127.0.0.1:\(server.port)/slow")
            }
            #expect(error?.code == .timeout)
            #expect(error?.isTemporary == true)
        }
    }

    @Test func aCancelledTaskDoesNotWaitForTheAnswerAndTheNextIsServed() async throws {
        let events = Events()
        try await HTTPTestServer.with { router in
            router.get("/slow", .test) { _ in
                events.add("asked")
                try? await Task.sleep(for: .seconds(60))
                return .empty()
            }
        } _: { server in
            let client = client { $0.timeout = .seconds(600) }
            let asking = Task { try await client.get("http://127.0.0.1:\(server.port)/slow") }
            #expect(await events.happens("asked"))
            asking.cancel()
            let error = await #expect(throws: WebClientError.self) { try await asking.value }
            #expect(error?.code == .cancelled)
            let next = try await client.get("http://127.0.0.1:\(server.port)/hello")
            #expect(next.status == 200)
        }
    }

    @Test func aServerThatIsNotThereIsUnreachable() async throws {
        let port = try await HTTPTestServer.with { $0.port }
        let error = await #expect(throws: WebClientError.self) {
            try await client().get("http://someone:hidden@127.0.0.1:\(port)/path?token=hidden")
        }
        #expect(error?.code == .unreachable)
        #expect(error?.isTemporary == true)
        #expect(error?.url == "http://127.0.0.1:\(port)/path")
    }

    @Test(arguments: ["a\r\nInjected: b", "a\u{0}", "a\u{7f}"])
    func aHeaderThatWouldBecomeTwoIsNotSent(value: String) async throws {
        let error = await #expect(throws: WebClientError.self) {
            try await client().get("http://127.0.0.1:1/", headers: [("X-Header", value)])
        }
        #expect(error?.code == .invalidRequest)
    }

    @Test(arguments: ["file:///etc/hostname", "ftp://127.0.0.1/", "http://", "nonsense://a", ""])
    func nothingButHTTPIsAsked(url: String) async throws {
        let error = await #expect(throws: WebClientError.self) { try await client().get(url) }
        #expect(error?.code == .invalidRequest)
    }

    @Test func aCertificateThatNobodyVouchesForIsRefused() async throws {
        let server = try TLSTestServer(serving: ["keys": "secret"])
        let url = "https://127.0.0.1:\(server.port)/keys"
        let error = await #expect(throws: WebClientError.self) { try await client().get(url) }
        #expect(error?.code == .tls)
        let trusting = client {
            $0.certificates = server.certificate
            $0.requiresTLS = true
        }
        let answer = try await trusting.get(url)
        #expect(String(decoding: answer.body, as: UTF8.self) == "secret")
        // The certificate is for the address, not for this name of it.
        let otherName = await #expect(throws: WebClientError.self) {
            try await trusting.get("https://localhost:\(server.port)/keys")
        }
        #expect(otherName?.code == .tls)
        let plain = await #expect(throws: WebClientError.self) {
            try await trusting.get("http://127.0.0.1:\(server.port)/keys")
        }
        #expect(plain?.code == .invalidRequest)
    }
}
