import DomainKit
import Foundation
import JSON
import NotificationApplication
import NotificationDomain
import NotificationInfrastructure
import TestKit
import Testing

/// Against a real server, whose side of the signature is the receiver's example in `docs/notifications.md`.
@Suite(.timeLimit(.minutes(2))) struct WebhookChannelTests {
    private static let time = Timestamp(microseconds: 1_795_000_000_999_999)

    private func secret() -> String { UUID().uuidString }

    private func channel(
        _ server: StubHTTPServer, secrets: [String], allowsPrivate: Bool = true, timeout: Duration = .seconds(30)
    ) -> WebhookChannel {
        var settings = WebhookSettings(url: "\(server.url)/hook?token=hidden", secrets: secrets)
        settings.allowsPrivateAddresses = allowsPrivate
        settings.timeout = timeout
        return WebhookChannel(settings, clock: FixedClock(Self.time))
    }

    private func message(
        to recipient: Recipient = .email("zoe@bücher.example"), name: String? = "Zoë\r\n\"🍵\"", round: Int = 0
    ) throws -> OutgoingMessage {
        OutgoingMessage(
            notificationID: .v7(), round: round, orderID: .v7(), customerID: .v7(), template: .orderConfirmed,
            locale: try #require(LocaleTag("de-AT")), recipient: recipient, name: name,
            message: Message(subject: "Bestätigt", text: "Grüße\n", html: "<p>Grüße</p>"), createdAt: Self.time)
    }

    private func failure(_ channel: WebhookChannel, _ message: OutgoingMessage) async -> DeliveryFailed? {
        do {
            try await channel.deliver(message)
            return nil
        } catch {
            return error
        }
    }

    @Test func theMessageIsPostedAsTheDocumentSays() async throws {
        let server = try StubHTTPServer(.answer { _ in .init(202) })
        defer { server.close() }
        let message = try message(round: 2)
        try await channel(server, secrets: [secret()]).deliver(message)
        let request = try #require(server.requests.first)
        #expect(request.method == "POST" && request.path == "/hook?token=hidden")
        #expect(request.headers["content-type"] == "application/json")
        #expect(request.headers["tradewind-timestamp"] == "1795000000")
        #expect(request.headers["idempotency-key"] == "\(message.notificationID).2")
        let expected: JSONValue = .object([
            "notificationId": .string("\(message.notificationID)"), "round": .integer(2),
            "orderId": .string(message.orderID?.description ?? ""),
            "customerId": .string(message.customerID?.description ?? ""),
            "template": .string("order-confirmed"), "locale": .string("de-AT"),
            "recipient": .object(["name": .string("Zoë\r\n\"🍵\""), "email": .string("zoe@bücher.example")]),
            "subject": .string("Bestätigt"), "text": .string("Grüße\n"), "html": .string("<p>Grüße</p>"),
            "createdAt": .string("2026-11-18T11:06:40.999999Z"),
        ])
        let body = try JSONValue(parsing: request.body)
        #expect(body["recipient"] == expected["recipient"])
        #expect(body["createdAt"]?.stringValue == "\(Self.time)")
        guard case .object(var members) = body, case .object(var rest) = expected else {
            Issue.record("no object")
            return
        }
        members["createdAt"] = nil
        rest["createdAt"] = nil
        #expect(members == rest)
    }

    @Test func whoIsNotKnownIsNull() async throws {
        let server = try StubHTTPServer(.answer { _ in .init(200) })
        defer { server.close() }
        let digest = OutgoingMessage(
            notificationID: .v7(), orderID: nil, customerID: nil, template: .lowStockDigest, locale: .english,
            recipient: .shopOperator, name: nil, message: Message(subject: "Low", text: "low", html: "low"),
            createdAt: Self.time)
        try await channel(server, secrets: [secret()]).deliver(digest)
        let body = try JSONValue(parsing: try #require(server.requests.first).body)
        #expect(body["orderId"] == .null && body["customerId"] == .null)
        #expect(body["recipient"] == .object(["name": .null, "email": .null]))
    }

    /// The receiver's example verifies what is sent, with the new secret and with the old, and nothing else.
    @Test func theReceiversExampleVerifiesTheSignature() async throws {
        let server = try StubHTTPServer(.answer { _ in .init(204) })
        defer { server.close() }
        let (new, old) = (secret(), secret())
        try await channel(server, secrets: [new, old]).deliver(try message())
        let request = try #require(server.requests.first)
        let (timestamp, signature) = (
            request.headers["tradewind-timestamp"] ?? "", request.headers["tradewind-signature"] ?? ""
        )
        #expect(signature.split(separator: ",").allSatisfy { $0.hasPrefix("v1=") && $0.count == 67 })
        let now = 1_795_000_010
        func verdict(_ secrets: [String], _ timestamp: String, _ body: [UInt8], at now: Int) throws -> String {
            try ReceiversExample.verdict(
                secrets: secrets, timestamp: timestamp, signature: signature, body: body, now: now)
        }
        #expect(try verdict([new], timestamp, request.body, at: now) == "True")
        #expect(try verdict([old], timestamp, request.body, at: now) == "True")
        #expect(try verdict([secret()], timestamp, request.body, at: now) == "False")
        #expect(try verdict([new], "1795000001", request.body, at: now) == "False")
        #expect(try verdict([new], timestamp, request.body + [0x20], at: now) == "False")
        // Somebody sends it again later.
        #expect(try verdict([new], timestamp, request.body, at: now + 600) == "False")
    }

    @Test(arguments: [
        (200, nil), (204, nil), (408, true), (429, true), (500, true), (503, true), (301, false), (307, false),
        (400, false), (401, false), (404, false), (410, false),
    ])
    func theStatusSaysWhetherTryingAgainHelps(status: Int, isTemporary: Bool?) async throws {
        let server = try StubHTTPServer()
        defer { server.close() }
        server.answer(status, headers: [("Location", "\(server.url)/elsewhere")])
        let failed = await failure(channel(server, secrets: [secret()]), try message())
        #expect(failed?.isTemporary == isTemporary)
        #expect(failed == nil || failed?.reason == "the receiver answered \(status)")
        // No redirect is followed.
        #expect(server.requests.map(\.path) == ["/hook?token=hidden"])
    }

    @Test func aReceiverThatHangsOrIsAwayOrCutsTheLineMayBeTriedAgain() async throws {
        let server = try StubHTTPServer(.hang)
        defer { server.close() }
        let channel = channel(server, secrets: [secret()], timeout: .milliseconds(200))
        let hanging = await failure(channel, try message())
        server.behave(.send(""))
        let cut = await failure(channel, try message())
        server.goAway()
        let away = await failure(channel, try message())
        for failed in [hanging, cut, away] {
            #expect(failed?.isTemporary == true)
            #expect(failed?.reason.contains("hidden") == false)
        }
        server.comeBack()
        server.answer(200)
        let back = await failure(self.channel(server, secrets: [secret()]), try message())
        #expect(back == nil)
    }

    @Test func aPrivateAddressIsRefusedUnlessItIsAllowed() async throws {
        let server = try TLSTestServer(serving: ["hook": "secret"])
        for host in ["127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]"] {
            let settings = WebhookSettings(url: "https://\(host):\(server.port)/hook", secrets: [secret()])
            let failed = await failure(WebhookChannel(settings), try message())
            #expect(failed?.isTemporary == false)
            #expect(
                failed?.reason == "the receiver gave no answer: forbiddenAddress (the server has no public address)")
        }
        // Nor is it asked without TLS.
        let plain = try StubHTTPServer(.answer { _ in .init(200) })
        defer { plain.close() }
        let failed = await failure(channel(plain, secrets: [secret()], allowsPrivate: false), try message())
        #expect(failed?.reason.contains("invalidRequest") == true)
        #expect(plain.requests.isEmpty)
    }

    @Test func settingsThatCannotWorkAreFaults() {
        func problem(_ url: String, _ allowsPrivate: Bool = false) -> Bool {
            WebhookSettings.problem(withURL: url, allowingPrivate: allowsPrivate) != nil
        }
        #expect(!problem("https://shop.example/hook"))
        #expect(problem("http://shop.example/hook") && !problem("http://shop.example/hook", true))
        #expect(problem("https://") && problem("shop.example") && problem("ftp://shop.example", true))
        #expect(problem("https://shop.example/a b") && problem("https://shop.example/\r\nX: y"))
        let long = String(repeating: "a", count: 16)
        #expect(WebhookSettings.secrets(setting: "\(long),\(long)b") == [long, "\(long)b"])
        for text in ["", "short", "\(long),", "\(long),short"] {
            #expect(WebhookSettings.secrets(setting: text) == nil)
        }
    }
}

/// The Python function of `docs/notifications.md`, run as a receiver would.
private enum ReceiversExample {
    static func verdict(
        secrets: [String], timestamp: String, signature: String, body: [UInt8], now: Int
    ) throws -> String {
        let document = String(decoding: try contents(of: "\(checkoutFolder)/docs/notifications.md"), as: UTF8.self)
        let section = try #require(document.components(separatedBy: "## Webhook").dropFirst().first)
        let blocks = section.components(separatedBy: "```python\n").dropFirst()
        let example = try #require(blocks.first?.components(separatedBy: "```").first)
        let driver = """

            import sys
            print(verify(sys.argv[1].split(","), sys.argv[2], sys.argv[3], sys.stdin.buffer.read(), int(sys.argv[4])))
            """
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments = ["-c", example + driver, secrets.joined(separator: ","), timestamp, signature, "\(now)"]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(body))
        try input.fileHandleForWriting.close()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
