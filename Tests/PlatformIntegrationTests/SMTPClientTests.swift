import DomainKit
import Mail
import TestKit
import Testing

@Suite("SMTP client")
struct SMTPClientTests {
    private func client(
        _ server: TestMailServer, _ user: String? = nil, options: String = "",
        _ change: (inout SMTPClientSettings) -> Void = { _ in }
    ) throws -> SMTPClient {
        var settings = SMTPClientSettings()
        settings.certificates = server.certificate
        change(&settings)
        return SMTPClient(name: "test", to: try SMTPServer(url: server.url(user, options: options)), settings: settings)
    }

    private func message(
        name: String = "Jörg Müller 🎉", subject: String = "Grüße 👩‍👩‍👧‍👦", text: String = "Hallo,\n.\n..Ende"
    ) throws -> MailMessage {
        MailMessage(
            from: try Mailbox(parsing: "Der Lädchen <shop@example.com>"),
            to: Mailbox(name: name, try MailAddress("ann@example.org")), subject: subject, text: text,
            html: "<p>\(text)</p>", date: SystemClock().now, id: try #require(MessageID("7.0", at: "example.com")))
    }

    @Test(arguments: [
        (TestMailServer.Encryption.none, false), (.startTLS, false), (.implicit, false), (.none, true),
        (.startTLS, true),
        (.implicit, true),
    ])
    func aMailArrivesAsItWasMeant(encryption: TestMailServer.Encryption, hasLogin: Bool) async throws {
        let server = try TestMailServer(encryption, login: hasLogin ? ("ann@shop", "p%ss: w/rd") : nil)
        let client = try client(server, hasLogin ? "ann%40shop:p%25ss%3A%20w%2Frd" : nil)
        for _ in 0..<3 { try await client.send(try message()) }
        let mails = try server.mails()
        #expect(mails.count == 3)
        #expect(mails.map(\.session) == [1, 1, 1], "the connection is used again")
        #expect(server.sessions == 1)
        for mail in mails {
            #expect(mail.defects.isEmpty)
            #expect(mail.isEncrypted == (encryption != .none))
            #expect(mail.user == (hasLogin ? "ann@shop" : nil))
            #expect(mail.from == "shop@example.com")
            #expect(mail.to == ["ann@example.org"])
            #expect(mail.recipientName == "Jörg Müller 🎉")
            #expect(mail.recipientAddress == "ann@example.org")
            #expect(mail["From"] == "Der Lädchen <shop@example.com>")
            #expect(mail["Subject"] == "Grüße 👩‍👩‍👧‍👦")
            #expect(mail["Message-ID"] == "<7.0@example.com>")
            #expect(mail["Auto-Submitted"] == "auto-generated")
            #expect(mail.type == "multipart/alternative")
            #expect(mail.text.split(separator: "\r\n") == ["Hallo,", ".", "..Ende"])
            #expect(mail.html.hasPrefix("<p>Hallo,"))
        }
    }

    @Test(arguments: [
        "Ann\r\nBcc: bob@example.org", "\"Ann\" <bob@example.org>", "a\u{85}b\u{2028}c\0d",
        "=?utf-8?Q?=0D=0ABcc:_b@c.d?=",
        String(repeating: "Grüße 👩‍👩‍👧‍👦 ", count: 30), "\\\"", "Ünï, \"cödé\" <x@y>",
    ])
    func noNameOrSubjectHarmsTheMail(text: String) async throws {
        let server = try TestMailServer()
        try await client(server).send(try message(name: text, subject: text, text: text))
        let mail = try #require(try server.mails().first)
        #expect(mail.defects.isEmpty)
        #expect(mail.to == ["ann@example.org"])
        #expect(mail.recipientAddress == "ann@example.org")
        #expect(mail["Bcc"] == nil)
        let line = text.unicodeScalars.split { $0.properties.isWhitespace || $0.properties.generalCategory == .control }
            .map { String(String.UnicodeScalarView($0)) }.joined(separator: " ")
        #expect(mail["Subject"] == line)
        // Python puts a space between two encoded words of a name, against RFC 2047.
        let name = { (text: String) in text.filter { !$0.isWhitespace } }
        let (expected, read) = (name(line), name(mail.recipientName))
        #expect(read == expected)
    }

    @Test func whatServersSayDecidesWhetherTryingAgainHelps() async throws {
        let server = try TestMailServer()
        let client = try client(server)
        let said: [(reply: String, code: Int, isTemporary: Bool)] = [
            ("450 4.2.1 mailbox busy", 450, true), ("550-5.1.1 no such\r\n550 5.1.1 user", 550, false),
            ("421 4.3.2 going down", 421, true), ("554 5.7.1 spam", 554, false),
        ]
        let steps: [WritableKeyPath<TestMailServer.Mode, String?> & Sendable] = [
            \.greeting, \.mail, \.recipient, \.data, \.message,
        ]
        for step in steps {
            for (reply, code, isTemporary) in said {
                try server.behave { $0[keyPath: step] = reply }
                let message = try message()
                let error = await #expect(throws: SMTPError.self) { try await client.send(message) }
                #expect(error?.code == .refused)
                #expect(error?.status == code)
                #expect(error?.isTemporary == isTemporary)
                #expect(error?.description.contains("127.0.0.1:\(server.port) refused: \(code)") == true)
            }
        }
        try server.behave { $0.recipient = "550-5.1.1 no such\r\n550 5.1.1 user" }
        let refused = try message()
        let error = await #expect(throws: SMTPError.self) { try await client.send(refused) }
        #expect(error?.text == "550 5.1.1 no such 5.1.1 user")
        try server.behave()
        try await client.send(refused)
    }

    @Test(arguments: [\TestMailServer.Mode.greeting, \.mail, \.recipient, \.data, \.message] as [StepOfMode])
    func aServerThatHangsOrHangsUpIsLeftAndUsedAgainWhenItIsBack(step: StepOfMode) async throws {
        let server = try TestMailServer()
        let client = try client(server) { $0.timeout = .seconds(3) }
        let message = try message()
        for (told, code) in [("cut", SMTPError.Code.cut), ("hang", .timeout)] {
            try server.behave { $0[keyPath: step] = told }
            let error = await #expect(throws: SMTPError.self) { try await client.send(message) }
            #expect(error?.code == code)
            #expect(error?.isTemporary == true)
        }
        let before = try server.mails().count
        try server.behave()
        try await client.send(message)
        #expect(try server.mails().count == before + 1)
        #expect(try server.mails().last?.session == 3, "no connection is used again that failed")
    }

    @Test func aConnectionThatTheServerEndedMeanwhileIsNoFailure() async throws {
        let server = try TestMailServer()
        try server.behave { $0.closes = true }
        let client = try client(server)
        for count in 1...3 {
            try await client.send(try message())
            try await eventually("the server ends the connection") { server.endedSessions == count }
        }
        #expect(try server.mails().map(\.session) == [1, 2, 3])
    }

    @Test func aServerThatIsAwayIsUnreachableForATime() async throws {
        let server = try TestMailServer()
        let proxy = try TestProxy(to: UInt16(server.port))
        defer { proxy.close() }
        let away = try SMTPServer(url: "smtp://127.0.0.1:1")
        let message = try message()
        let error = await #expect(throws: SMTPError.self) { try await SMTPClient(name: "test", to: away).send(message) }
        #expect(error?.code == .unreachable)
        #expect(error?.isTemporary == true)
        let client = SMTPClient(name: "test", to: try SMTPServer(url: "smtp://127.0.0.1:\(proxy.port)"))
        proxy.goAway(true)
        let cut = await #expect(throws: SMTPError.self) { try await client.send(message) }
        #expect(cut?.isTemporary == true)
        proxy.goAway(false)
        try await client.send(message)
        #expect(try server.mails().count == 1)
    }

    @Test(arguments: [TestMailServer.Encryption.startTLS, .implicit])
    func aCertificateThatNobodyVouchesForIsRefused(encryption: TestMailServer.Encryption) async throws {
        let (server, other) = (try TestMailServer(encryption), try TestMailServer(.startTLS))
        let message = try message()
        for certificates in [nil, other.certificate] {
            let client = try client(server) { $0.certificates = certificates }
            let error = await #expect(throws: SMTPError.self) { try await client.send(message) }
            #expect(error?.code == .tls)
            #expect(error?.isTemporary == true)
        }
        #expect(try server.mails().isEmpty)
    }

    @Test func nothingIsSentInTheClearWhereEncryptionIsRequired() async throws {
        let server = try TestMailServer(login: ("ann", "secret"))
        let client = try client(server, "ann:secret", options: "?tls=required")
        let message = try message()
        let error = await #expect(throws: SMTPError.self) { try await client.send(message) }
        #expect(error?.code == .tls)
        #expect(try server.mails().isEmpty)
        try await self.client(server, "ann:secret", options: "?tls=none").send(message)
        #expect(try server.mails().map(\.isEncrypted) == [false])
    }

    @Test func aWrongPasswordIsRefusedAndNotRepeated() async throws {
        let server = try TestMailServer(.startTLS, login: ("ann", "right"))
        let message = try message()
        let error = await #expect(throws: SMTPError.self) { try await client(server, "ann:wrong").send(message) }
        #expect(error?.code == .refused)
        #expect(error?.status == 535)
        #expect(error?.isTemporary == false)
        let text = error?.description ?? "wrong"
        #expect(!text.contains("wrong"))
        let missing = await #expect(throws: SMTPError.self) { try await client(server).send(message) }
        #expect(missing?.status == 530)
        #expect(try server.mails().isEmpty)
    }

    @Test func nothingArrivesOfAMailThatIsCancelledHalfway() async throws {
        let server = try TestMailServer()
        let proxy = try TestProxy(to: UInt16(server.port))
        defer { proxy.close() }
        proxy.stall(after: 500_000)
        let client = SMTPClient(name: "test", to: try SMTPServer(url: "smtp://127.0.0.1:\(proxy.port)"))
        // More than fits into the buffers of all sockets on the way.
        var long = try message()
        long.text = String(repeating: "So far so good, and so on and so on.\n", count: 200_000)
        let sending = Task { [long] in try await client.send(long) }
        try await eventually("half of it is on its way", within: .seconds(60)) { proxy.isStalled }
        sending.cancel()
        let error = await #expect(throws: SMTPError.self) { try await sending.value }
        #expect(error?.code == .cancelled)
        proxy.stall(false)
        try await client.send(try message())
        let mails = try server.mails()
        #expect(mails.map(\.session) == [2])
    }

    @Test func aServersWordsAreBoundedAndOnOneLine() async throws {
        let server = try TestMailServer()
        try server.behave { $0.recipient = "550 " + String(repeating: "no \u{7} ", count: 100) }
        let message = try message()
        let error = await #expect(throws: SMTPError.self) { try await client(server).send(message) }
        let text = try #require(error?.text)
        #expect(text.count <= 301 && text.hasPrefix("550 no no"))
    }

    @Test func aCancelledTaskDoesNotWaitForTheServerAndTheNextMailIsSent() async throws {
        let server = try TestMailServer()
        try server.behave { $0.message = "hang" }
        let client = try client(server) { $0.timeout = .seconds(600) }
        let message = try message()
        let sending = Task { try await client.send(message) }
        try await eventually("the server has the message") { try server.mails().count == 1 }
        sending.cancel()
        let error = await #expect(throws: SMTPError.self) { try await sending.value }
        #expect(error?.code == .cancelled)
        try server.behave()
        try await client.send(message)
        #expect(try server.mails().count == 2)
    }
}

typealias StepOfMode = WritableKeyPath<TestMailServer.Mode, String?> & Sendable
