import DomainKit
import OrderDomain
import StockContracts

/// Confirms orders once their stock has been deducted.
///
/// A late or repeated answer for an order that is no longer pending leaves its state as it is.
public struct ConfirmOrders: Sendable {
    private let orders: any OrderRepository

    public init(_ orders: any OrderRepository) { self.orders = orders }

    /// - Throws: ``UnknownOrder`` and what the repository throws.
    public func callAsFunction(
        _ answers: [Received<StockProcessCompleted>], in work: any UnitOfWork
    ) async throws {
        try await orders.apply(answers, in: work) { _, order in order.confirm(at: work.now) }
    }
}
