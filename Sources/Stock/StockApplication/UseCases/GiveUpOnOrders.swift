import DomainKit
import OrderContracts
import StockContracts
import StockDomain

/// Refuses orders that could not be handled however often it was tried, so that they do not wait for ever.
///
/// An order that has an outcome keeps it.
public struct GiveUpOnOrders: Sendable {
    /// What the customer is told. What really happened is in the dead letter.
    public static let reason = "stock could not be processed"

    private let stock: any StockRepository

    public init(_ stock: any StockRepository) { self.stock = stock }

    public func callAsFunction(_ orders: [Received<OrderCreated>], in work: any UnitOfWork) async throws {
        var refused = try await stock.claim(Set(orders.map(\.event.order.orderID)), as: .refused, in: work)
        for order in orders {
            guard let orderID = refused.remove(order.event.order.orderID) else { continue }
            try await work.publish(StockProcessFailed(orderID: orderID, reason: Self.reason), cause: order.cause)
        }
    }
}
