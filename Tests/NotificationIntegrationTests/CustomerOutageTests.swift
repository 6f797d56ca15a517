import DomainKit
import NotificationApplication
import NotificationDomain
import NotificationInfrastructure
import OrderContracts
import TestKit
import Testing

/// Whom a notification goes to while the customer service has a bad day: what it says, what it last said, the order's own
/// contact, or nobody.
@Suite(.timeLimit(.minutes(2))) struct CustomerOutageTests {
    enum Trouble: CaseIterable {
        case refuses, hangs, cutsTheLine, talksRubbish, fails

        func begin(at server: StubHTTPServer) {
            switch self {
            case .refuses: server.goAway()
            case .hangs: server.behave(.hang)
            case .cutsTheLine: server.behave(.send("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"))
            case .talksRubbish: server.answer(200, "[]")
            case .fails: server.answer(503)
            }
        }
    }

    @Test(arguments: Trouble.allCases) func everyNotificationEndsInTheStateThatItShould(_ trouble: Trouble) async throws
    {
        let server = try StubHTTPServer()
        defer { server.close() }
        let time = TestTime()
        let service = CustomerService.at(server, timeout: .milliseconds(200), now: { time.now })
        try await NotificationFixture.with(channel: AddressedChannel(), directory: service) { notification in
            let known = try someOrder(name: "Ann", email: nil)
            let document = #"{"name": "Zoë", "email": "zoe@example.org", "locale": "de"}"#
            server.know([known.customerID: document])
            let (told, nobody) = (try someOrder(email: "ann@example.org"), try someOrder(email: nil))
            try await notification.confirm(known, told, nobody)
            let good = try await recipients(notification, known, told, nobody)
            #expect(good == ["Sent zoe@example.org", "Sent ann@example.org", "Skipped customer:\(nobody.customerID)"])

            trouble.begin(at: server)
            try await notification.cancel(known, told, nobody)
            let bad = try await recipients(notification, known, told, nobody)
            #expect(bad == good)
            let reason = try await notification.notifications(of: nobody).last?.reason
            #expect(reason?.hasPrefix("no e-mail address of the customer is known: the customer service") == true)

            server.comeBack()
            // The circuit may be open.
            time.advance(.seconds(10))
            server.know([known.customerID: document.replacing("zoe@", with: "new@")])
            let later = OrderSnapshot(
                orderID: .v7(), customerID: known.customerID, lines: known.lines, totalAmount: known.totalAmount,
                orderDate: known.orderDate, contact: known.contact)
            try await notification.confirm(later)
            #expect(try await recipients(notification, later) == ["Sent new@example.org"])
        }
    }

    /// States and recipients of what was said last of each order.
    private func recipients(_ notification: NotificationFixture, _ orders: OrderSnapshot...) async throws -> [String] {
        var recipients: [String] = []
        for order in orders {
            let last = try await notification.notifications(of: order).last
            recipients.append("\(last?.status.rawValue ?? "") \(last?.recipient.description ?? "")")
        }
        return recipients
    }
}

/// Delivers where there is an address, as mail does.
private struct AddressedChannel: NotificationChannel {
    let channel = Channel.log
    let needsAddress = true

    func deliver(_ message: OutgoingMessage) {}
}
