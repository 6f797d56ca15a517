import DomainKit
import StockDomain

/// The stock of the products, by ascending product id.
public struct ListStocks: Sendable {
    private let catalog: any StockCatalog

    public init(_ catalog: any StockCatalog) { self.catalog = catalog }

    /// The stock of at most `limit` products, those after `id`.
    public func callAsFunction(after id: EntityID?, limit: Int) async throws -> [StockItem] {
        try await catalog.stocks(after: id, limit: limit)
    }
}
