import DomainKit
import OrderDomain

/// Order's own copy of the prices, by which alone an order is priced.
public protocol PriceList: Sendable {
    /// The prices of those products that are known.
    func prices(of products: [EntityID], in work: any UnitOfWork) async throws -> [EntityID: ProductPrice]

    /// Keeps each price unless one of the same or a higher version is known. No product comes twice.
    func record(_ prices: [ProductPrice], in work: any UnitOfWork) async throws
}
