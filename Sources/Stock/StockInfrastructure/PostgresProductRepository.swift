import DomainKit
import Messaging
import Postgres
import StockApplication
import StockDomain

/// The products in PostgreSQL, where they are changed.
public struct PostgresProductRepository: ProductRepository {
    public init() {}

    public func lock(_ id: EntityID, in work: any UnitOfWork) async throws -> Product? {
        // Not FOR UPDATE, which would keep those waiting who only refer to the product. Both rows: of one that is not locked
        // the threshold could be what it was before somebody changed it.
        try await work.sql.first(
            "SELECT \(Product.selection) WHERE product_id = $1 FOR NO KEY UPDATE", [.id(id)], as: { try Product($0) })
    }

    public func add(_ product: Product, in work: any UnitOfWork) async throws -> Bool {
        let details = product.details
        return try await work.sql.execute(
            """
            WITH added AS (
                INSERT INTO products (product_id, version, sku, name, unit_price_minor, currency, registered_at, changed_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
                ON CONFLICT DO NOTHING
                RETURNING product_id)
            INSERT INTO stock_items (product_id, low_stock_threshold) SELECT product_id, $8::bigint FROM added
            """,
            [
                .id(product.id), .int(product.version), .text(details.sku), .text(details.name),
                .int(details.unitPrice.minorUnits), .text(details.unitPrice.currency.code), .timestamp(work.now),
                .int(details.lowStockThreshold),
            ]) == 1
    }

    public func save(_ product: Product, in work: any UnitOfWork) async throws {
        let details = product.details
        do {
            try await work.sql.execute(
                """
                WITH watched AS (
                    UPDATE stock_items SET low_stock_threshold = $8
                    WHERE product_id = $1 AND low_stock_threshold IS DISTINCT FROM $8)
                UPDATE products
                SET version = $2, sku = $3, name = $4, unit_price_minor = $5, currency = $6, changed_at = $7
                WHERE product_id = $1
                """,
                [
                    .id(product.id), .int(product.version), .text(details.sku), .text(details.name),
                    .int(details.unitPrice.minorUnits), .text(details.unitPrice.currency.code), .timestamp(work.now),
                    .int(details.lowStockThreshold),
                ])
        } catch let error as PostgresError where error.isUniqueViolation(of: "products_sku_key") {
            throw StockError.skuTaken(details.sku)
        }
    }
}
