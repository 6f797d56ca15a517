import DomainKit
import OrderDomain

/// Tells what happened to an order.
public struct GetTimeline: Sendable {
    private let orders: any OrderQueries

    public init(_ orders: any OrderQueries) { self.orders = orders }

    /// Oldest first; nil where there is no such order.
    public func callAsFunction(_ id: EntityID) async throws -> [TimelineEntry]? {
        let entries = try await orders.timeline(of: id)
        return entries.isEmpty ? nil : entries
    }
}
