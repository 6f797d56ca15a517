import HTTPClient
import TestKit
import Testing

/// A client that may talk to the public internet alone: it must reach nothing on this machine, however it is spelt.
@Suite("Web client and addresses") struct WebClientAddressTests {
    private func client(allowsPrivate: Bool) -> WebClient {
        var settings = WebClientSettings()
        settings.allowsPrivateAddresses = allowsPrivate
        return WebClient(name: "test", settings: settings)
    }

    @Test(arguments: [
        "127.0.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "0.0.0.0", "0", "localhost",
        "LOCALHOST.", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]", "user@127.0.0.1",
        "example.com@127.0.0.1", "127.0.0.1.", "%31%32%37.0.0.1", "⑫7.0.0.1",
    ])
    func thisMachineIsNotReached(host: String) async throws {
        let server = try StubHTTPServer(.answer { _ in .init(200, "secret") })
        defer { server.close() }
        let error = await #expect(throws: WebClientError.self) {
            try await client(allowsPrivate: false).get("http://\(host):\(server.port)/")
        }
        // What libcurl cannot read as a host at all is as good.
        let isRefused =
            error?.code == .forbiddenAddress || error?.code == .invalidRequest || error?.code == .unreachable
        #expect(isRefused, "\(String(describing: error))")
        #expect(server.requests.isEmpty)
    }

    @Test func theAddressIsTheReasonAndTryingAgainIsOfNoUse() async throws {
        let server = try StubHTTPServer(.answer { _ in .init(200) })
        defer { server.close() }
        for host in ["127.0.0.1", "localhost"] {
            let url = "http://\(host):\(server.port)/"
            let allowed = try await client(allowsPrivate: true).get(url)
            #expect(allowed.status == 200)
            let error = await #expect(throws: WebClientError.self) { try await client(allowsPrivate: false).get(url) }
            #expect(error?.code == .forbiddenAddress)
            #expect(error?.isTemporary == false)
        }
        #expect(server.requests.count == 2)
    }

    @Test func aRequestMayHaveLessTimeThanItsClient() async throws {
        let server = try StubHTTPServer(.hang)
        defer { server.close() }
        var settings = WebClientSettings()
        settings.timeout = .seconds(600)
        let client = WebClient(name: "test", settings: settings)
        let error = await #expect(throws: WebClientError.self) {
            try await client.send(WebRequest(server.url, timeout: .milliseconds(100)))
        }
        #expect(error?.code == .timeout)
    }

    /// Would catch clients that wait for each other, and one that is chosen although another has nothing to do.
    @Test func requestsOfAPoolDoNotWaitForEachOther() async throws {
        let server = try StubHTTPServer(.hang)
        defer { server.close() }
        var settings = WebClientSettings()
        settings.timeout = .seconds(600)
        let pool = WebClientPool(name: "test", size: 3, settings: settings)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask { _ = try await pool.send(WebRequest(server.url)) }
            }
            try await eventually("all three were asked at once") { server.requests.count == 3 }
            // The fourth waits for one of them.
            group.addTask {
                let answer = try await pool.send(WebRequest("\(server.url)/fourth"))
                #expect(answer.status == 204)
            }
            server.answer(204)
            try await group.waitForAll()
        }
        #expect(server.requests.last?.path == "/fourth")
    }
}
