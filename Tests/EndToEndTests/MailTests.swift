import DomainKit
import JSON
import TestKit
import Testing

/// The whole shop with a mail server, and with a service that knows its customers.
@Suite(.serialized, .timeLimit(.minutes(5))) struct MailTests {
    private static let name = "Jörg Müller 🎉"
    /// Who reads what.
    private let readers: [(customer: EntityID, locale: String)] = [(.v7(), "en"), (.v7(), "de")]

    private func withMail(_ body: @Sendable (Shop, TestMailServer) async throws -> Void) async throws {
        let server = try TestMailServer()
        let customers = try StubHTTPServer()
        let locales = Dictionary(uniqueKeysWithValues: readers.map { ("/api/customers/\($0.customer)", $0.locale) })
        customers.behave(
            .answer { request in
                guard let locale = locales[request.path] else { return StubHTTPServer.Answer(404) }
                let document = #"{"name": "\#(Self.name)", "email": "joerg@example.org", "locale": "\#(locale)"}"#
                return StubHTTPServer.Answer(200, document, headers: [("Content-Type", "application/json")])
            })
        let settings = [
            "SMTP_URL": server.url(), "MAIL_FROM": "Lädchen <shop@example.com>", "SMTP_TIMEOUT": "1s",
            "DELIVERY_RETRY_AFTER": "2s", "CUSTOMER_SERVICE_URL": customers.url,
        ]
        try await Shop.with(settings: settings) { shop in
            try await shop.databases[.notification]?.pool.execute("UPDATE notification_templates SET channel = 'email'")
            try await body(shop, server)
        }
    }

    @Test func aConfirmedAndACancelledOrderEachGiveOneMailInTheCustomersLanguage() async throws {
        try await withMail { shop, server in
            for (customer, locale) in readers {
                let product = try await shop.addProduct(price: "4.50", stock: 1)
                let confirmed = try await shop.placeOrder([(product, 1)], by: customer)
                _ = try await shop.order(confirmed, becomes: "Confirmed")
                let cancelled = try await shop.placeOrder([(product, 1)], by: customer)
                _ = try await shop.order(cancelled, becomes: "Cancelled")
                _ = try await eventually("the customer is told of both") {
                    try await shop.isTold(of: confirmed, cancelled) ? true : nil
                }
                #expect(try await shop.notifications(of: confirmed) == ["order-confirmed Sent"])
                #expect(try await shop.notifications(of: cancelled) == ["order-cancelled Sent"])
                for order in [confirmed, cancelled] {
                    let mails = try server.mails().filter { $0.text.contains("\(order)") }
                    #expect(mails.count == 1)
                    let mail = try #require(mails.first)
                    #expect(mail.defects.isEmpty)
                    #expect(mail.to == ["joerg@example.org"])
                    #expect(mail.recipientName == Self.name)
                    #expect(mail["From"] == "Lädchen <shop@example.com>")
                    #expect(mail["Content-Language"] == locale)
                    #expect(mail["Subject"]?.contains("\(order)") == true)
                    #expect(mail.text.contains(Self.name))
                    #expect(mail.html.contains("\(order)"))
                }
            }
            #expect(try server.mails().count == 4)
        }
    }

    @Test func aMailServerThatRefusesHangsAndComesBackHoldsUpNoOrder() async throws {
        try await withMail { shop, server in
            let product = try await shop.addProduct(stock: 10)
            let customer = readers[0].customer
            try server.behave { $0.recipient = "550 5.1.1 no such user" }
            let refused = try await shop.placeOrder([(product, 1)], by: customer)
            _ = try await eventually("the notification has failed") {
                try await shop.notifications(of: refused) == ["order-confirmed Failed"] ? true : nil
            }
            try server.behave { $0.message = "hang" }
            var orders: [EntityID] = []
            for _ in 0..<6 { orders.append(try await shop.placeOrder([(product, 1)], by: customer)) }
            for order in orders { _ = try await shop.order(order, becomes: "Confirmed") }
            _ = try await eventually("every event is handled, and no mail is sent") {
                let pending = try await shop.count(
                    "SELECT count(*) FROM notifications WHERE status = 'Pending'", in: .notification)
                return pending == 6 ? true : nil
            }
            try server.behave()
            _ = try await eventually("all mails are sent") {
                let sent = try await shop.count(
                    "SELECT count(*) FROM notifications WHERE status = 'Sent'", in: .notification)
                return sent == 6 ? true : nil
            }
            let identities = Set(try server.mails().map { $0["Message-ID"] })
            #expect(identities.count == 6)
            #expect(try await shop.order(refused, becomes: "Confirmed").status == "Confirmed")
        }
    }
}
