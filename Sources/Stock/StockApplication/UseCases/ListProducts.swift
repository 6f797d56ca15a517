import DomainKit
import StockDomain

/// The products, a slice at a time. By ascending id, which never changes, so that none is left out or seen twice.
public struct ListProducts: Sendable {
    private let catalog: any StockCatalog

    public init(_ catalog: any StockCatalog) { self.catalog = catalog }

    public func callAsFunction(after id: EntityID?, limit: Int) async throws -> Slice<Product> {
        Slice(try await catalog.products(after: id, limit: limit + 1), limit: limit, id: \.id)
    }
}
