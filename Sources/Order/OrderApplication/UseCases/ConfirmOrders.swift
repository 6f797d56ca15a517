import DomainKit
import OrderDomain
import StockContracts

/// Confirms orders once their stock has been deducted.
///
/// A late or repeated answer for an order that is no longer pending leaves its state as it is.
public struct ConfirmOrders: Sendable {
    private let orders: any OrderRepository
    private let metrics: OrderMetrics

    public init(_ orders: any OrderRepository, metrics: OrderMetrics = .shared) {
        self.orders = orders
        self.metrics = metrics
    }

    /// - Throws: ``UnknownOrder`` and what the repository throws.
    public func callAsFunction(
        _ answers: [Received<StockProcessCompleted>], in work: any UnitOfWork
    ) async throws {
        let decided = try await orders.apply(answers, in: work) { _, order in order.confirm(at: work.now) }
        metrics.note(.confirmed, of: decided, in: work)
    }
}
