import Messaging
import Postgres
import StockDomain

/// Stock's say in what is redriven.
public enum StockRedrive {
    /// Refuses `OrderCreated` where the order's saga has ended without it. What gives stock back is never refused.
    @Sendable public static func refusal(
        of letter: DeadLetter, in transaction: PostgresTransaction
    ) async throws -> String? {
        guard letter.type == "OrderCreated" else { return nil }
        let outcome = try await transaction.first(
            "SELECT outcome FROM order_outcomes WHERE order_id = $1", [.id(letter.aggregateID)]
        ) { OrderOutcome(rawValue: try $0.text(0)) }
        switch outcome {
        case .refused: return "Stock has refused the order meanwhile, and Order was told."
        case .returned, .cancelledFirst: return "The order was cancelled meanwhile."
        case .deducted, nil, .some(nil): return nil
        }
    }
}
