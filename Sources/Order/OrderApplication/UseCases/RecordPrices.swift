import DomainKit
import OrderDomain
import StockContracts

/// Keeps Order's copy of the prices, whichever of two changes of a product is heard of first.
public struct RecordPrices: Sendable {
    private let prices: any PriceList

    public init(_ prices: any PriceList) { self.prices = prices }

    public func callAsFunction(_ changes: [Received<ProductPriced>], in work: any UnitOfWork) async throws {
        var newest: [EntityID: ProductPrice] = [:]
        for change in changes.map(\.event) where change.version > newest[change.productID]?.version ?? .min {
            newest[change.productID] = ProductPrice(
                productID: change.productID, sku: change.sku, name: change.name, unitPrice: change.unitPrice,
                version: change.version)
        }
        try await prices.record(Array(newest.values), in: work)
    }
}
