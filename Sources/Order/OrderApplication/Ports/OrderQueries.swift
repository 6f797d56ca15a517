import DomainKit
import OrderDomain

/// Reads orders, outside any unit of work.
public protocol OrderQueries: Sendable {
    /// Nil where there is no such order, or `owner` is a customer whose it is not.
    func order(_ id: EntityID, of owner: EntityID?) async throws -> Order?

    /// The newest orders that `filter` lets through, newest first.
    /// - Parameters:
    ///   - limit: how many at most.
    ///   - last: only orders older than this one, nil for the newest.
    func orders(matching filter: OrderFilter, limit: Int, olderThan last: EntityID?) async throws -> [Order]

    /// What happened to an order, oldest first; empty where there is no such order, or `owner` is a customer whose it is not.
    func timeline(of id: EntityID, ownedBy owner: EntityID?) async throws -> [TimelineEntry]
}

/// Which orders are asked for. Nil lets everything through.
public struct OrderFilter: Sendable, Equatable {
    public let customerID: EntityID?
    /// Only this customer's, whatever else is asked for: the customer who asks.
    public let owner: EntityID?
    public let status: OrderStatus?
    /// Only orders that are pending and were placed at that time or before.
    public let pendingSince: Timestamp?

    public init(
        customerID: EntityID? = nil, status: OrderStatus? = nil, pendingSince: Timestamp? = nil,
        owner: EntityID? = nil
    ) {
        self.customerID = customerID
        self.owner = owner
        self.status = status
        self.pendingSince = pendingSince
    }
}
