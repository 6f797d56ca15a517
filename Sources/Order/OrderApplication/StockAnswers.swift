import DomainKit
import OrderDomain

/// An answer of Stock to an order that was never placed here. Somebody has to look at it.
public struct UnknownOrder: Error, Sendable, Equatable, CustomStringConvertible {
    public let orderID: EntityID

    public init(orderID: EntityID) { self.orderID = orderID }

    public var description: String { "no order has the identity \(orderID)" }
}

extension OrderRepository {
    /// Lets a batch of Stock's answers happen to their orders and publishes what follows.
    /// - Parameter happen: applies one answer to its order.
    /// - Returns: the orders that this brought to another state.
    /// - Throws: ``UnknownOrder``.
    func apply<Event>(
        _ answers: [Received<Event>], in work: any UnitOfWork,
        happen: (Event, inout Order) -> OrderChange?
    ) async throws -> [Order] {
        var orders = try await lock(Array(Set(answers.map(\.event.aggregateID))), in: work)
        var changes: [(order: Order, transition: OrderChange.Transition?, cause: Cause)] = []
        var entries: [EntityID: [TimelineEntry]] = [:]
        for answer in answers {
            let id = answer.event.aggregateID
            guard var order = orders[id] else { throw UnknownOrder(orderID: id) }
            guard let change = happen(answer.event, &order) else { continue }
            orders[id] = order
            entries[id, default: []] += change.entries
            changes.append((order, change.transition, answer.cause))
        }
        guard !entries.isEmpty else { return [] }
        try await save(
            entries.compactMap { id, entries in orders[id].map { ChangedOrder(order: $0, entries: entries) } }, in: work
        )
        for case (let order, let transition?, let cause) in changes {
            try await work.publish(transition, of: order, cause: cause)
        }
        return changes.filter { $0.transition != nil }.map(\.order)
    }
}
