import DomainKit
import Messaging
import OrderApplication
import OrderDomain
import Postgres

/// Keeps the prices in the table `product_prices`.
public struct PostgresPriceList: PriceList {
    public init() {}

    public func prices(of products: [EntityID], in work: any UnitOfWork) async throws -> [EntityID: ProductPrice] {
        let prices = try await work.sql.query(
            """
            SELECT product_id, sku, name, price_minor, currency, version
            FROM product_prices WHERE product_id = ANY($1::uuid[])
            """, [.ids(products)]
        ) { row in
            ProductPrice(
                productID: try row.id(0), sku: try row.text(1), name: try row.text(2),
                unitPrice: try Money(minorUnits: row.int(3), currencyCode: row.text(4)), version: try row.integer(5))
        }
        return Dictionary(uniqueKeysWithValues: prices.map { ($0.productID, $0) })
    }

    public func record(_ prices: [ProductPrice], in work: any UnitOfWork) async throws {
        // Always in the same order, so that two batches cannot deadlock.
        let prices = prices.sorted { $0.productID < $1.productID }
        try await work.sql.enqueue(
            """
            INSERT INTO product_prices (product_id, sku, name, price_minor, currency, version, recorded_at)
            SELECT product_id, sku, name, price, currency, version, $7
            FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::bigint[])
                 AS new (product_id, sku, name, price, currency, version)
            ON CONFLICT (product_id) DO UPDATE
            SET sku = excluded.sku, name = excluded.name, price_minor = excluded.price_minor,
                currency = excluded.currency, version = excluded.version, recorded_at = excluded.recorded_at
            WHERE product_prices.version < excluded.version
            """,
            [
                .ids(prices.map(\.productID)), .texts(prices.map(\.sku)), .texts(prices.map(\.name)),
                .ints(prices.map(\.unitPrice.minorUnits)), .texts(prices.map(\.unitPrice.currency.code)),
                .ints(prices.map(\.version)), .timestamp(work.now),
            ])
    }
}
