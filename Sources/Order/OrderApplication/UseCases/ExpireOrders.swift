import DomainKit
import OrderDomain

/// Cancels orders that Stock has not answered for too long. Stock gives back what it took, or takes nothing later.
public struct ExpireOrders: Sendable {
    private let overdue: any OverdueOrders
    private let orders: any OrderRepository
    private let deadlines: OrderDeadlines
    private let metrics: OrderMetrics

    public init(
        _ overdue: any OverdueOrders, orders: any OrderRepository, deadlines: OrderDeadlines,
        metrics: OrderMetrics = .shared
    ) {
        self.overdue = overdue
        self.orders = orders
        self.deadlines = deadlines
        self.metrics = metrics
    }

    /// - Parameter limit: how many at most.
    /// - Returns: the orders that were cancelled; none where another process looks just now.
    public func callAsFunction(limit: Int, in work: any UnitOfWork) async throws -> [OverdueOrder] {
        guard try await overdue.claim(in: work) else { return [] }
        let due = try await overdue.pending(placedBy: work.now - deadlines.expiresAfter, limit: limit, in: work)
        var expired: [ChangedOrder] = []
        for var order in due {
            guard let change = order.expire(because: deadlines.reason, at: work.now) else { continue }
            expired.append(ChangedOrder(order: order, entries: change.entries))
            guard let transition = change.transition else { continue }
            // No request led to this: what follows is found by the order's own identity.
            try await work.publish(transition, of: order, cause: Cause(correlationID: order.id.description))
        }
        if !expired.isEmpty { try await orders.save(expired, in: work) }
        metrics.note(.expired, of: expired.map(\.order), in: work)
        return expired.map { OverdueOrder($0.order) }
    }
}
