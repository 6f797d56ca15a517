import DomainKit
import JSON
import NotificationApplication
import NotificationDomain
import NotificationInfrastructure
import OrderContracts
import Testing

@Suite struct AnnouncerTests {
    @Test func aConfirmedOrderIsAnnouncedAndRecorded() async throws {
        try await NotificationFixture.with { notification in
            let order = try someOrder()
            try await notification.confirm(order)
            let told = try await notification.notifications(of: order)
            #expect(told.map(\.status) == [.sent])
            #expect(told.first?.template == .orderConfirmed)
            #expect(told.first?.recipient == "ann@example.org")
            #expect(told.first?.customerID == order.customerID)
            #expect(told.first?.attempts == 1)
            #expect(told.first?.reason == nil)
            let published = try await notification.outbox()
            #expect(published.map(\.type) == ["NotificationSent"])
            #expect(published.first?.payload["template"] == .string("order-confirmed"))
            #expect(published.first?.payload["notificationId"] == told.first.map { .string($0.id.description) })
        }
    }

    @Test func eachEventGivesOneNotificationHoweverOftenItComes() async throws {
        try await NotificationFixture.with { notification in
            let (first, second) = (try someOrder(), try someOrder())
            try await notification.confirm(first, second, first)
            try await notification.confirm(second, first)
            try await notification.cancel(second, second)
            try await notification.cancel(second)
            #expect(try await notification.notifications(of: first).map(\.template) == [.orderConfirmed])
            #expect(
                try await notification.notifications(of: second).map(\.template) == [.orderConfirmed, .orderCancelled])
            #expect(try await notification.outbox().count == 3)
        }
    }

    @Test func aConfirmationAfterTheCancellationIsSkipped() async throws {
        try await NotificationFixture.with { notification in
            let (late, other) = (try someOrder(), try someOrder())
            try await notification.cancel(late)
            try await notification.confirm(other, late)
            let told = try await notification.notifications(of: late)
            #expect(told.map(\.template) == [.orderCancelled, .orderConfirmed])
            #expect(told.map(\.status) == [.sent, .skipped])
            #expect(told.last?.reason == "the customer had been told order-cancelled before")
            #expect(told.last?.message == nil)
            #expect(told.last?.attempts == 0)
            #expect(try await notification.notifications(of: other).map(\.status) == [.sent])
            #expect(try await notification.outbox().map(\.type) == ["NotificationSent", "NotificationSent"])
        }
    }

    @Test func withoutAnAddressTheCustomerIsTheRecipient() async throws {
        try await NotificationFixture.with { notification in
            let order = try someOrder(name: nil, email: nil)
            try await notification.confirm(order)
            let told = try await notification.notifications(of: order)
            #expect(told.first?.recipient == "customer:\(order.customerID)")
            #expect(told.first?.message?.text.hasPrefix("Dear customer,") == true)
        }
    }

    @Test func aDeletedTemplateFailsTheNotificationAndNothingElse() async throws {
        try await NotificationFixture.with { notification in
            try await notification.database.pool.execute(
                "DELETE FROM notification_templates WHERE key = 'order-confirmed'")
            let (confirmed, cancelled) = (try someOrder(), try someOrder())
            try await notification.confirm(confirmed)
            try await notification.cancel(cancelled)
            let failed = try await notification.notifications(of: confirmed)
            #expect(failed.map(\.status) == [.failed])
            #expect(failed.first?.reason == "there is no template order-confirmed")
            #expect(try await notification.notifications(of: cancelled).map(\.status) == [.sent])
            let published = try await notification.outbox()
            #expect(published.map(\.type) == ["NotificationFailed", "NotificationSent"])
            #expect(published.first?.payload["reason"] == .string("there is no template order-confirmed"))
        }
    }

    @Test(arguments: [
        ("{{#items}}", "textBody: Unclosed section \"items\" (line 1, column 1)"),
        (
            String(repeating: "{{#items}}", count: 30) + String(repeating: "{{/items}}", count: 30),
            "textBody: The loops of the template go on for too long"
        ),
    ])
    func aTemplateThatCannotBeFilledFailsTheNotification(text: String, reason: String) async throws {
        try await NotificationFixture.with { notification in
            try await notification.setTemplate(.orderConfirmed, text: text)
            let order = try someOrder()
            try await notification.confirm(order)
            let told = try await notification.notifications(of: order)
            #expect(told.map(\.status) == [.failed])
            #expect(told.first?.reason == "the template order-confirmed cannot be filled: \(reason)")
            #expect(try await notification.outbox().map(\.type) == ["NotificationFailed"])
        }
    }

    @Test func aChannelThatRefusesFailsTheNotification() async throws {
        struct RefusingChannel: NotificationChannel {
            let channel = Channel.log
            let needsAddress = false
            func deliver(_ message: OutgoingMessage) async throws(DeliveryFailed) {
                throw DeliveryFailed(reason: "mailbox full")
            }
        }
        try await NotificationFixture.with(channel: RefusingChannel()) { notification in
            let order = try someOrder()
            try await notification.confirm(order)
            let told = try await notification.notifications(of: order)
            #expect(told.map(\.status) == [.failed])
            #expect(told.first?.reason == "mailbox full")
            #expect(told.first?.message != nil)
            #expect(told.first?.attempts == 1)
        }
    }
}
