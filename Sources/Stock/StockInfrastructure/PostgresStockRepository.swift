import DomainKit
import Messaging
import Postgres
import StockApplication
import StockDomain

/// The stock ledger in PostgreSQL. Each call is one statement, however many orders and products it concerns.
public struct PostgresStockRepository: StockRepository {
    public init() {}

    public func claim(
        _ orders: Set<EntityID>, as outcome: OrderOutcome, in work: any UnitOfWork
    ) async throws -> Set<EntityID> {
        guard !orders.isEmpty else { return [] }
        let query = claiming(orders, as: outcome, at: work.now)
        return Set(try await work.sql.run(query.statement, decode: query.decode).rows)
    }

    public func claim(
        _ orders: Set<EntityID>, as outcome: OrderOutcome, locking products: Set<EntityID>, in work: any UnitOfWork
    ) async throws -> (claimed: Set<EntityID>, levels: [StockLevel]) {
        let (claimed, levels) = try await work.sql.run(
            claiming(orders, as: outcome, at: work.now), locking(products))
        return (Set(claimed), levels)
    }

    private func claiming(
        _ orders: Set<EntityID>, as outcome: OrderOutcome, at now: Timestamp
    ) -> PostgresQuery<EntityID> {
        // Rows are inserted in the order of the SELECT: see StockRepository for why it is sorted.
        PostgresQuery(
            """
            INSERT INTO order_outcomes (order_id, outcome, decided_at)
            SELECT order_id, $2, $3 FROM unnest($1::uuid[]) AS claimed (order_id) ORDER BY order_id
            ON CONFLICT (order_id) DO NOTHING
            RETURNING order_id
            """,
            [.ids(Array(orders)), .text(outcome.rawValue), .timestamp(now)],
            as: { try $0.id(0) })
    }

    private func locking(_ products: Set<EntityID>) -> PostgresQuery<StockLevel> {
        PostgresQuery(
            """
            SELECT product_id, on_hand, low_stock_threshold FROM stock_items WHERE product_id = ANY($1::uuid[])
            ORDER BY product_id FOR UPDATE
            """,
            [.ids(Array(products))],
            as: { row in
                StockLevel(
                    productID: try row.id(0), onHand: try row.integer(1), lowStockThreshold: try row.optionalInteger(2))
            })
    }

    public func change(
        _ orders: Set<EntityID>, from old: OrderOutcome, to new: OrderOutcome, in work: any UnitOfWork
    ) async throws -> Set<EntityID> {
        guard !orders.isEmpty else { return [] }
        let changed = try await work.sql.query(
            """
            WITH locked AS MATERIALIZED (
                SELECT order_id FROM order_outcomes WHERE order_id = ANY($1::uuid[]) AND outcome = $2
                ORDER BY order_id FOR UPDATE)
            UPDATE order_outcomes SET outcome = $3, decided_at = $4
            FROM locked WHERE order_outcomes.order_id = locked.order_id
            RETURNING order_outcomes.order_id
            """,
            [.ids(Array(orders)), .text(old.rawValue), .text(new.rawValue), .timestamp(work.now)],
            as: { try $0.id(0) })
        return Set(changed)
    }

    public func lock(_ products: Set<EntityID>, in work: any UnitOfWork) async throws -> [StockLevel] {
        guard !products.isEmpty else { return [] }
        let query = locking(products)
        return try await work.sql.run(query.statement, decode: query.decode).rows
    }

    public func items(_ products: Set<EntityID>, in work: any UnitOfWork) async throws -> [StockItem] {
        try await work.sql.query(
            "SELECT \(StockItem.selection) WHERE product_id = ANY($1::uuid[]) ORDER BY product_id",
            [.ids(Array(products))], as: { try StockItem($0) })
    }

    public func record(_ movements: [StockMovement], in work: any UnitOfWork) async throws {
        guard !movements.isEmpty else { return }
        // Ledger and sums change in one statement: neither can be forgotten.
        try await work.sql.enqueue(
            """
            WITH movement AS MATERIALIZED (
                SELECT * FROM unnest(
                    $1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::text[], $6::text[], $7::timestamptz[])
                    AS movement (movement_id, product_id, order_id, delta, kind, reason, at)),
            sums AS (
                UPDATE stock_items SET on_hand = on_hand + moved.delta
                FROM (SELECT product_id, sum(delta)::bigint AS delta FROM movement GROUP BY product_id) AS moved
                WHERE stock_items.product_id = moved.product_id)
            INSERT INTO stock_movements (movement_id, product_id, order_id, delta, kind, reason, at)
            SELECT movement_id, product_id, order_id, delta, kind, reason, at FROM movement
            """,
            [
                .ids(movements.map(\.id)), .ids(movements.map(\.productID)), .ids(movements.map(\.orderID)),
                .ints(movements.map(\.delta)), .texts(movements.map(\.kind.rawValue)),
                .texts(movements.map(\.reason)), .timestamps(movements.map(\.at)),
            ])
    }

    public func deductions(of orders: Set<EntityID>, in work: any UnitOfWork) async throws -> [StockMovement] {
        guard !orders.isEmpty else { return [] }
        return try await work.sql.query(
            """
            SELECT movement_id, product_id, order_id, delta, reason, at FROM stock_movements
            WHERE order_id = ANY($1::uuid[]) AND kind = 'deduction' ORDER BY movement_id
            """,
            [.ids(Array(orders))]
        ) { row in
            StockMovement(
                id: try row.id(0), productID: try row.id(1), orderID: try row.id(2), delta: try row.integer(3),
                kind: .deduction, reason: try row.text(4), at: try row.timestamp(5))
        }
    }
}
