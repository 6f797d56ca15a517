import DomainKit
import StockDomain

/// The stock of one product.
public struct GetStock: Sendable {
    private let catalog: any StockCatalog

    public init(_ catalog: any StockCatalog) { self.catalog = catalog }

    /// - Throws: ``StockError/unknownProduct(_:)``.
    public func callAsFunction(_ id: EntityID) async throws -> StockItem {
        guard let item = try await catalog.stock(id) else { throw StockError.unknownProduct(id) }
        return item
    }
}
