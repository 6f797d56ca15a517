import Messaging
import Postgres

/// Order's say in what is redriven.
public enum OrderRedrive {
    /// Refuses what tells of an order that was cancelled meanwhile: its saga has ended. What tells of a product is not
    /// refused.
    @Sendable public static func refusal(
        of letter: DeadLetter, in transaction: PostgresTransaction
    ) async throws -> String? {
        let isCancelled = try await transaction.first(
            "SELECT status = 'Cancelled' FROM orders WHERE id = $1", [.id(letter.aggregateID)]
        ) { try $0.bool(0) }
        return isCancelled == true ? "The order was cancelled meanwhile." : nil
    }
}
