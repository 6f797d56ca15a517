import DomainKit
import OrderDomain

/// Writes into the timelines of orders that Stock has not answered them in time, once for each.
public struct NoticeStalledOrders: Sendable {
    private let overdue: any OverdueOrders
    private let orders: any OrderRepository
    private let deadlines: OrderDeadlines

    public init(_ overdue: any OverdueOrders, orders: any OrderRepository, deadlines: OrderDeadlines) {
        self.overdue = overdue
        self.orders = orders
        self.deadlines = deadlines
    }

    /// - Parameter limit: how many at most.
    /// - Returns: the orders that stalled since the last look; none where another process looks just now.
    public func callAsFunction(limit: Int, in work: any UnitOfWork) async throws -> [OverdueOrder] {
        guard try await overdue.claim(in: work) else { return [] }
        let found = try await overdue.unnoticed(placedBy: work.now - deadlines.stalledAfter, limit: limit, in: work)
        let stalled = found.compactMap { order in
            var order = order
            return order.stall(at: work.now).map { ChangedOrder(order: order, entries: $0.entries) }
        }
        if !stalled.isEmpty { try await orders.save(stalled, in: work) }
        return stalled.map { OverdueOrder($0.order) }
    }
}
