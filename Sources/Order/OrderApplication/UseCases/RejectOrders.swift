import DomainKit
import OrderDomain
import StockContracts

/// Cancels orders that Stock cannot serve, with Stock's reason.
///
/// An answer for an order that is no longer pending leaves its state as it is.
public struct RejectOrders: Sendable {
    private let orders: any OrderRepository
    private let metrics: OrderMetrics

    public init(_ orders: any OrderRepository, metrics: OrderMetrics = .shared) {
        self.orders = orders
        self.metrics = metrics
    }

    /// - Throws: ``UnknownOrder`` and what the repository throws.
    public func callAsFunction(_ answers: [Received<StockProcessFailed>], in work: any UnitOfWork) async throws {
        let decided = try await orders.apply(answers, in: work) { answer, order in
            order.reject(because: answer.reason, at: work.now)
        }
        metrics.note(.rejected, of: decided, in: work)
    }
}
