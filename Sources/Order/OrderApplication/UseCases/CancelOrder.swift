import DomainKit
import OrderDomain

/// Cancels an order for its customer, pending or confirmed. Stock gives back what it took.
public struct CancelOrder: Sendable {
    /// What became of the wish.
    public enum Result: Sendable, Equatable {
        case cancelled(Order)
        case wasCancelled
        case unknown
    }

    private let orders: any OrderRepository
    private let metrics: OrderMetrics

    public init(_ orders: any OrderRepository, metrics: OrderMetrics = .shared) {
        self.orders = orders
        self.metrics = metrics
    }

    /// - Parameters:
    ///   - owner: the customer who asks; nil for somebody who may cancel all orders.
    ///   - reason: why, in the customer's words; nil where none were given.
    ///   - allow: throws where the order, as it is, must not be cancelled. Nobody else changes it meanwhile.
    /// - Returns: unknown also where the order is another customer's.
    public func callAsFunction(
        _ id: EntityID, of owner: EntityID? = nil, because reason: String?, cause: Cause, in work: any UnitOfWork,
        if allow: @Sendable (Order) throws -> Void = { _ in }
    ) async throws -> Result {
        guard var order = try await orders.lock(id, of: owner, in: work) else { return .unknown }
        try allow(order)
        guard let change = order.cancel(because: reason ?? "cancelled by the customer", at: work.now) else {
            return .wasCancelled
        }
        try await orders.save([ChangedOrder(order: order, entries: change.entries)], in: work)
        if let transition = change.transition { try await work.publish(transition, of: order, cause: cause) }
        metrics.note(.cancelled, of: [order], in: work)
        return .cancelled(order)
    }
}
