import DomainKit
import Messaging
import NotificationApplication
import Postgres

/// Keeps products that ran low in the table `low_stock`, one row for each.
public struct PostgresLowStockRepository: LowStockRepository {
    public init() {}

    public func record(_ products: [LowProduct], in work: any UnitOfWork) async throws {
        guard !products.isEmpty else { return }
        try await work.sql.enqueue(
            """
            INSERT INTO low_stock AS known (product_id, sku, name, available, threshold, ran_low_at)
            SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::timestamptz[])
            ON CONFLICT (product_id) DO UPDATE
            SET sku = excluded.sku, name = excluded.name, available = excluded.available,
                threshold = excluded.threshold, ran_low_at = excluded.ran_low_at, notification_id = NULL
            WHERE known.ran_low_at < excluded.ran_low_at
            """,
            [
                .ids(products.map(\.productID)), .texts(products.map(\.sku)), .texts(products.map(\.name)),
                .ints(products.map(\.available)), .ints(products.map(\.threshold)),
                .timestamps(products.map(\.since)),
            ])
    }

    public func untold(in work: any UnitOfWork) async throws -> [LowProduct] {
        try await work.sql.query(
            """
            SELECT product_id, sku, name, available, threshold, ran_low_at FROM low_stock
            WHERE notification_id IS NULL ORDER BY product_id FOR UPDATE
            """
        ) { row in
            LowProduct(
                productID: try row.id(0), sku: try row.text(1), name: try row.text(2), available: try row.integer(3),
                threshold: try row.integer(4), since: try row.timestamp(5))
        }
    }

    public func markTold(_ products: [LowProduct], by notification: EntityID, in work: any UnitOfWork) async throws {
        try await work.sql.enqueue(
            "UPDATE low_stock SET notification_id = $2 WHERE product_id = ANY($1::uuid[])",
            [.ids(products.map(\.productID)), .id(notification)])
    }
}
