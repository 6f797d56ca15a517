import DomainKit
import StockDomain

/// One product.
public struct GetProduct: Sendable {
    private let catalog: any StockCatalog

    public init(_ catalog: any StockCatalog) { self.catalog = catalog }

    /// - Throws: ``StockError/unknownProduct(_:)``.
    public func callAsFunction(_ id: EntityID) async throws -> Product {
        guard let product = try await catalog.product(id) else { throw StockError.unknownProduct(id) }
        return product
    }
}
