import DomainKit
import Lifecycle
import NotificationApplication
import NotificationDomain
import OrderContracts
import TestKit
import Testing

/// The last word to a customer is the true one, however long a delivery takes.
@Suite struct SupersedingTests {
    @Test func aConfirmationThatWaitsIsSkippedOnceTheOrderIsCancelled() async throws {
        let channel = TestChannel()
        try await NotificationFixture.with(channel: channel) { notification in
            let order = try someOrder()
            try await notification.announce(confirmed: [order])
            try await notification.cancel(order)
            #expect(await channel.taken.map(\.template) == [.orderCancelled])
            let told = try await notification.notifications(of: order)
            #expect(told.map(\.status) == [.skipped, .sent])
            #expect(told.first?.reason == "order-cancelled came before it was sent")
            #expect(try await notification.outbox().map(\.type) == ["NotificationSent"])
        }
    }

    @Test func aConfirmationThatIsUnderWayGoesFirst() async throws {
        let gate = Gate()
        let channel = TestChannel { message in
            if message.template == .orderConfirmed { await gate.pass() }
        }
        try await NotificationFixture.with(channel: channel) { notification in
            let order = try someOrder()
            try await notification.announce(confirmed: [order])
            async let confirmed: Void = notification.deliver()
            await gate.isReached()
            try await notification.cancel(order)
            #expect(await channel.taken.map(\.template) == [.orderConfirmed])
            gate.open()
            await confirmed
            await notification.deliver()
            #expect(await channel.taken.map(\.template) == [.orderConfirmed, .orderCancelled])
            #expect(try await notification.notifications(of: order).map(\.status) == [.sent, .sent])
        }
    }

    @Test func aConfirmationThatFailedWhenTheOrderWasCancelledIsNotTriedAgain() async throws {
        let gate = Gate()
        let channel = TestChannel { message throws(DeliveryFailed) in
            guard message.template == .orderConfirmed else { return }
            await gate.pass()
            throw DeliveryFailed(reason: "busy", isTemporary: true)
        }
        try await NotificationFixture.with(channel: channel) { notification in
            let order = try someOrder()
            try await notification.announce(confirmed: [order])
            async let confirmed: Void = notification.deliver()
            await gate.isReached()
            try await notification.cancel(order)
            gate.open()
            await confirmed
            await notification.deliver()
            try await notification.makeDue()
            await notification.deliver()
            #expect(await channel.taken.map(\.template) == [.orderConfirmed, .orderCancelled])
            #expect(try await notification.notifications(of: order).map(\.status) == [.skipped, .sent])
        }
    }

    @Test func aWorkerThatDiedWithTheConfirmationInHandDoesNotKeepTheCancellationForEver() async throws {
        let channel = TestChannel()
        try await NotificationFixture.with(channel: channel) { notification in
            let order = try someOrder()
            try await notification.announce(confirmed: [order])
            try await notification.database.pool.execute(
                "UPDATE deliveries SET lease = notification_id, due_at = now() + interval '1 hour'")
            try await notification.cancel(order)
            #expect(await channel.taken.isEmpty)
            try await notification.makeDue()
            await notification.deliver()
            #expect(await channel.taken.map(\.template) == [.orderCancelled])
            #expect(try await notification.notifications(of: order).map(\.status) == [.skipped, .sent])
        }
    }
}
