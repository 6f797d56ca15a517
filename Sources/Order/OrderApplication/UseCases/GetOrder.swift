import DomainKit
import OrderDomain

/// Looks up one order.
public struct GetOrder: Sendable {
    private let orders: any OrderQueries

    public init(_ orders: any OrderQueries) { self.orders = orders }

    /// Nil where there is no such order.
    public func callAsFunction(_ id: EntityID) async throws -> Order? { try await orders.order(id) }
}
