import DomainKit
import OrderDomain

/// Tells what happened to an order.
public struct GetTimeline: Sendable {
    private let orders: any OrderQueries

    public init(_ orders: any OrderQueries) { self.orders = orders }

    /// - Parameter owner: the customer who asks; nil for somebody who may see all orders.
    /// - Returns: oldest first; nil where there is no such order, or it is another customer's.
    public func callAsFunction(_ id: EntityID, of owner: EntityID? = nil) async throws -> [TimelineEntry]? {
        let entries = try await orders.timeline(of: id, ownedBy: owner)
        return entries.isEmpty ? nil : entries
    }
}
