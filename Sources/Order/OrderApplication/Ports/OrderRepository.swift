import DomainKit
import OrderDomain

/// Keeps orders, within a unit of work.
public protocol OrderRepository: Sendable {
    /// Keeps new orders, each with the first entry of its timeline.
    func add(_ orders: [Order], in work: any UnitOfWork) async throws

    /// The orders of those identities that there are. Until the work ends nobody else changes them.
    ///
    /// They are locked in the order of their identities, so that two callers never wait for each other.
    func lock(_ ids: [EntityID], in work: any UnitOfWork) async throws -> [EntityID: Order]

    /// The order, locked like that, unless there is none or `owner` is a customer whose it is not.
    func lock(_ id: EntityID, of owner: EntityID?, in work: any UnitOfWork) async throws -> Order?

    /// Keeps the new state of locked orders and what their timelines gained. A step that a timeline has is not added again.
    func save(_ changed: [ChangedOrder], in work: any UnitOfWork) async throws
}

/// An order after what happened to it.
public struct ChangedOrder: Sendable, Equatable {
    public let order: Order
    public let entries: [TimelineEntry]

    public init(order: Order, entries: [TimelineEntry]) {
        self.order = order
        self.entries = entries
    }
}
