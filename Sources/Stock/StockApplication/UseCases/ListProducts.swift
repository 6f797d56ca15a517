import DomainKit
import StockDomain

/// The products by ascending id, which never changes, so that a client that reads page after page misses none.
public struct ListProducts: Sendable {
    private let catalog: any StockCatalog

    public init(_ catalog: any StockCatalog) { self.catalog = catalog }

    /// At most `limit` products, those after `id`.
    public func callAsFunction(after id: EntityID?, limit: Int) async throws -> [Product] {
        try await catalog.products(after: id, limit: limit)
    }
}
