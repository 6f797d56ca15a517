import DomainKit
import OrderDomain

/// Looks up one order.
public struct GetOrder: Sendable {
    private let orders: any OrderQueries

    public init(_ orders: any OrderQueries) { self.orders = orders }

    /// - Parameter owner: the customer who asks; nil for somebody who may see all orders.
    /// - Returns: nil where there is no such order, or it is another customer's.
    public func callAsFunction(_ id: EntityID, of owner: EntityID? = nil) async throws -> Order? {
        try await orders.order(id, of: owner)
    }
}
