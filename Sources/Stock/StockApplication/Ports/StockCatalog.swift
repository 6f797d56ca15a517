import DomainKit
import StockDomain

/// Products and their stock, where they are only read.
public protocol StockCatalog: Sendable {
    func product(_ id: EntityID) async throws -> Product?
    func stock(_ id: EntityID) async throws -> StockItem?
    /// At most `limit` products with ids above `id`, by ascending id.
    func products(after id: EntityID?, limit: Int) async throws -> [Product]
    /// At most `limit` products' stock with ids above `id`, by ascending id.
    func stocks(after id: EntityID?, limit: Int) async throws -> [StockItem]
}
