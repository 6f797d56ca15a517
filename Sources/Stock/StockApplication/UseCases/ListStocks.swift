import DomainKit
import StockDomain

/// The stock of the products, a slice at a time, by ascending product id.
public struct ListStocks: Sendable {
    private let catalog: any StockCatalog

    public init(_ catalog: any StockCatalog) { self.catalog = catalog }

    public func callAsFunction(after id: EntityID?, limit: Int) async throws -> Slice<StockItem> {
        Slice(try await catalog.stocks(after: id, limit: limit + 1), limit: limit, id: \.level.productID)
    }
}
