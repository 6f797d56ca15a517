import Messaging
import NotificationDomain
import Postgres

/// Notification's say in what is redriven.
public enum NotificationRedrive {
    /// Refuses `OrderConfirmed` where the order was cancelled meanwhile. A cancellation is never refused.
    @Sendable public static func refusal(
        of letter: DeadLetter, in transaction: PostgresTransaction
    ) async throws -> String? {
        guard letter.type == "OrderConfirmed" else { return nil }
        let isCancelled = try await transaction.first(
            "SELECT EXISTS (SELECT FROM notifications WHERE order_id = $1 AND template = $2)",
            [.id(letter.aggregateID), .text(TemplateKey.orderCancelled.text)]
        ) { try $0.bool(0) }
        return isCancelled == true ? "The order was cancelled meanwhile, and its customer is told so." : nil
    }
}
