import DomainKit
import StockDomain

/// The products, where they are changed.
public protocol ProductRepository: Sendable {
    /// The product, locked until the unit of work ends; nil where there is none.
    func lock(_ id: EntityID, in work: any UnitOfWork) async throws -> Product?

    /// Adds a product, with nothing of it in stock.
    /// - Returns: false, with nothing changed, where its id or its SKU is taken.
    func add(_ product: Product, in work: any UnitOfWork) async throws -> Bool

    /// Saves a product that was locked.
    /// - Throws: ``StockError/skuTaken(_:)``.
    func save(_ product: Product, in work: any UnitOfWork) async throws
}
