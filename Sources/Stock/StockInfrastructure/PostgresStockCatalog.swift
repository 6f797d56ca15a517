import DomainKit
import Postgres
import StockApplication
import StockDomain

/// Products and their stock in PostgreSQL, where they are only read.
public struct PostgresStockCatalog: StockCatalog {
    private let pool: PostgresPool

    public init(_ pool: PostgresPool) { self.pool = pool }

    public func product(_ id: EntityID) async throws -> Product? {
        try await pool.first(
            "SELECT \(Product.selection) WHERE product_id = $1", [.id(id)], as: { try Product($0) })
    }

    public func stock(_ id: EntityID) async throws -> StockItem? {
        try await pool.first(
            "SELECT \(StockItem.selection) WHERE product_id = $1", [.id(id)], as: { try StockItem($0) })
    }

    public func products(after id: EntityID?, limit: Int) async throws -> [Product] {
        try await pool.query(
            """
            SELECT \(Product.selection)
            WHERE product_id >= $1 AND product_id IS DISTINCT FROM $2
            ORDER BY product_id LIMIT $3
            """,
            [.id(id ?? .lowest), .id(id), .int(limit)], as: { try Product($0) })
    }

    public func stocks(after id: EntityID?, limit: Int) async throws -> [StockItem] {
        try await pool.query(
            """
            SELECT \(StockItem.selection)
            WHERE product_id >= $1 AND product_id IS DISTINCT FROM $2
            ORDER BY product_id LIMIT $3
            """,
            [.id(id ?? .lowest), .id(id), .int(limit)], as: { try StockItem($0) })
    }
}

extension EntityID {
    /// Where a list begins. One plain comparison lets the same prepared statement use the index for every page.
    fileprivate static let lowest = EntityID(high: 0, low: 0)
}
