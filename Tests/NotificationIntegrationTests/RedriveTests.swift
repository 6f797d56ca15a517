import DomainKit
import Messaging
import NotificationInfrastructure
import TestKit
import Testing

@Suite struct RedriveTests {
    @Test func aConfirmationIsNotSentAgainOnceItsOrderIsCancelled() async throws {
        try await NotificationFixture.with { notification in
            let store = DeadLetterStore(notification.database.pool, rule: NotificationRedrive.refusal)
            let (confirmed, cancelled) = (try someOrder(), try someOrder())
            try await notification.cancel(cancelled)
            let dead = { (type: String, id: EntityID) in
                try await notification.database.deadLetter(type, about: id, at: "notification.some")
            }
            let refused = try await dead("OrderConfirmed", cancelled.orderID)
            await #expect(throws: DeadLetterRefusal.self) { try await store.redrive(refused, by: nil) }
            try await store.redrive(dead("OrderConfirmed", confirmed.orderID), by: nil)
            try await store.redrive(dead("OrderCancelled", cancelled.orderID), by: nil)
            #expect(
                try await store.list(status: .redriven, limit: 10).map(\.type) == ["OrderCancelled", "OrderConfirmed"])
        }
    }
}
