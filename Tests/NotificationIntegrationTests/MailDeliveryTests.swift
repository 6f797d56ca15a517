import DomainKit
import NotificationApplication
import NotificationDomain
import NotificationInfrastructure
import TestKit
import Testing

/// What becomes of notifications whose templates go by e-mail, with a real mail server.
@Suite("Mail delivery") struct MailDeliveryTests {
    private let name = "Jörg Müller 🎉"

    private func channel(
        to server: TestMailServer, timeout: Duration = .seconds(30), unsubscribeURL: String? = nil
    ) throws -> EmailChannel {
        var settings = try #require(MailSettings(server: server.url(), from: "Lädchen <shop@example.com>"))
        settings.timeout = timeout
        settings.unsubscribeURL = unsubscribeURL
        return EmailChannel(settings, connections: 2)
    }

    private func withMail(
        timeout: Duration = .seconds(30), firstPause: Duration = .milliseconds(300), unsubscribeURL: String? = nil,
        directory: (any CustomerDirectory)? = nil,
        _ body: @Sendable (NotificationFixture, TestMailServer) async throws -> Void
    ) async throws {
        let server = try TestMailServer()
        let channel = try channel(to: server, timeout: timeout, unsubscribeURL: unsubscribeURL)
        let retries = RetrySchedule(firstPause: firstPause)
        try await NotificationFixture.with(channel: channel, directory: directory, retries: retries) { notification in
            try await notification.database.pool.execute("UPDATE notification_templates SET channel = 'email'")
            try await body(notification, server)
        }
    }

    @Test(arguments: ["en", "de"])
    func aConfirmedAndACancelledOrderEachGiveOneCorrectMail(locale: String) async throws {
        let directory = OneLanguage(locale: try #require(LocaleTag(locale)))
        try await withMail(unsubscribeURL: "https://shop.example/u/{customerId}?kind={kind}", directory: directory) {
            notification, server in
            let (first, second) = (try someOrder(name: name), try someOrder(name: name))
            for _ in 0..<2 {
                try await notification.confirm(first)
                try await notification.cancel(second)
            }
            let mails = try server.mails()
            #expect(mails.count == 2)
            for (mail, order) in zip(mails, [first, second]) {
                let told = try #require(try await notification.notifications(of: order).first)
                #expect(told.status == .sent)
                #expect(told.channel == .email)
                #expect(told.attempts == 1)
                #expect(mail.defects.isEmpty)
                #expect(mail.type == "multipart/alternative")
                #expect(mail.from == "shop@example.com")
                #expect(mail.to == ["ann@example.org"])
                #expect(mail.recipientName == name)
                #expect(mail.recipientAddress == "ann@example.org")
                #expect(mail["From"] == "Lädchen <shop@example.com>")
                #expect(mail["Message-ID"] == "<\(told.id).0@example.com>")
                #expect(mail["Content-Language"] == locale)
                #expect(mail["Auto-Submitted"] == "auto-generated")
                #expect(mail["Subject"] == told.message?.subject)
                #expect(lines(mail.text) == lines(told.message?.text ?? ""))
                #expect(lines(mail.html) == lines(told.message?.html ?? ""))
                #expect(mail.text.contains(name))
                #expect(mail.text.contains("Grüner Tee 🍵"))
            }
            let kinds = mails.map { $0["List-Unsubscribe"] }
            let mailTo = "<mailto:shop@example.com?subject=unsubscribe%20order-confirmed>"
            #expect(kinds == ["<https://shop.example/u/\(first.customerID)?kind=order-confirmed>, \(mailTo)", nil])
        }
    }

    @Test(arguments: [
        ("en", "Your order", "en"), ("de", "Ihre Bestellung", "de"), ("de-AT", "Ihre Bestellung", "de-AT"),
    ])
    func aCustomerIsToldInTheirLanguage(locale: String, words: String, language: String) async throws {
        let directory = OneLanguage(locale: try #require(LocaleTag(locale)))
        try await withMail(directory: directory) { notification, server in
            try await notification.confirm(try someOrder(name: name))
            let mail = try #require(try server.mails().first)
            #expect(mail["Subject"]?.contains(words) == true)
            #expect(mail["Content-Language"] == language)
        }
    }

    @Test(arguments: [
        ("Ann\r\nBcc: bob@example.org", "ann@example.org", Notification.Status.sent),
        ("Ann\u{2028}\u{85}\u{1}Bcc: bob@example.org", "ann@example.org", .sent),
        ("\" <bob@example.org>", "ann@example.org", .sent),
        ("Ann", "ann@example.org\r\nBcc: bob@example.org", .failed),
        ("Ann", "ann@example.org>\r\nRCPT TO:<bob@example.org", .failed),
        ("Ann", "ann@example.org, bob@example.org", .failed),
        ("Ann", "ann@müller.example", .failed),
    ])
    func nothingThatACustomerWritesReachesAnybodyElse(
        name: String, email: String, status: Notification.Status
    ) async throws {
        try await withMail { notification, server in
            let order = try someOrder(name: name, email: email)
            try await notification.confirm(order)
            let told = try #require(try await notification.notifications(of: order).first)
            #expect(told.status == status)
            let mails = try server.mails()
            #expect(mails.count == (status == .sent ? 1 : 0))
            for mail in mails {
                #expect(mail.defects.isEmpty)
                #expect(mail.to == ["ann@example.org"])
                #expect(mail["Bcc"] == nil)
            }
            if status == .failed { #expect(told.reason?.hasPrefix("the e-mail address has ") == true) }
        }
    }

    @Test func aRefusalForGoodEndsTheNotificationWithTheServersWords() async throws {
        try await withMail { notification, server in
            try server.behave { $0.recipient = "550 5.1.1 no such user" }
            let order = try someOrder()
            try await notification.confirm(order)
            let told = try #require(try await notification.notifications(of: order).first)
            #expect(told.status == .failed)
            #expect(told.attempts == 1)
            #expect(told.reason?.hasSuffix("refused: 550 5.1.1 no such user") == true)
            #expect(try await notification.outbox().map(\.type) == ["NotificationFailed"])
        }
    }

    @Test(arguments: [
        ("greeting", "421 busy"), ("greeting", "cut"), ("greeting", "hang"), ("recipient", "450 later"),
        ("data", "451 later"), ("message", "452 full"), ("message", "cut"), ("message", "hang"),
    ])
    func aServerThatComesBackGetsTheSameMail(step: String, told: String) async throws {
        try await withMail(timeout: told == "hang" ? .seconds(1) : .seconds(30)) { notification, server in
            let step = try #require(TestMailServer.steps[step])
            try server.behave { $0[keyPath: step] = told }
            let order = try someOrder()
            try await notification.confirm(order)
            let waiting = try #require(try await notification.notifications(of: order).first)
            #expect(waiting.status == .pending)
            let untaken = try server.mails().count
            try server.behave()
            try await eventually("the mail is sent") {
                await notification.deliver()
                return try await notification.notifications(of: order).first?.status == .sent
            }
            let mails = try server.mails()
            #expect(mails.count == untaken + 1)
            let identities = Set(mails.map { $0["Message-ID"] })
            #expect(identities == ["<\(waiting.id).0@example.com>"])
        }
    }

    @Test func whenNothingHelpsTheNotificationHasFailedAfterSixAttempts() async throws {
        try await withMail(firstPause: .milliseconds(10)) { notification, server in
            try server.behave { $0.recipient = "450 4.2.0 later" }
            let order = try someOrder()
            try await notification.confirm(order)
            try await eventually("it has failed") {
                await notification.deliver()
                return try await notification.notifications(of: order).first?.status == .failed
            }
            let told = try #require(try await notification.notifications(of: order).first)
            #expect(told.attempts == 6)
            #expect(told.reason?.contains("450 4.2.0 later") == true)
        }
    }

    @Test func aSlowServerHoldsUpNoOrder() async throws {
        try await withMail(timeout: .seconds(600)) { notification, server in
            try server.behave { $0.message = "hang" }
            let orders = [try someOrder(), try someOrder(), try someOrder()]
            try await notification.announce(confirmed: [orders[0]])
            let delivering = Task { await notification.deliver() }
            defer { delivering.cancel() }
            try await eventually("the server has a mail that it does not take") { try server.mails().count == 1 }
            try await notification.announce(confirmed: orders)
            try await notification.announce(cancelled: orders)
            let open = try await notification.database.pool.first(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"
            ) { try $0.int(0) }
            #expect(open == 0)
            for order in orders {
                #expect(try await notification.notifications(of: order).count == 2)
            }
        }
    }
}

private func lines(_ text: String) -> [Substring] { text.split(whereSeparator: \.isNewline) }

/// Knows of everybody that they read one language, and no more.
private struct OneLanguage: CustomerDirectory {
    let locale: LocaleTag
    let timeLimit = Duration.zero

    func lookUp(_ id: EntityID) async -> CustomerAnswer { .found(Customer(id: id, locale: locale)) }
}
