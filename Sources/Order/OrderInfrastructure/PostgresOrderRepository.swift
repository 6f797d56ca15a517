import DomainKit
import Messaging
import OrderApplication
import OrderDomain
import Postgres

/// Keeps orders in the tables `orders`, `order_lines` and `order_timeline`, any number of them in one statement.
public struct PostgresOrderRepository: OrderRepository {
    public init() {}

    public func add(_ orders: [Order], in work: any UnitOfWork) async throws {
        let lines = orders.flatMap { order in
            order.lines.enumerated().map { (orderID: order.id, position: $0, line: $1) }
        }
        let addresses = orders.map(\.delivery.shippingAddress)
        try await work.sql.enqueue(
            """
            WITH added AS (
                INSERT INTO orders (id, customer_id, total_minor, currency, placed_at, changed_at, street, city, zip_code,
                                    country, payment_method, contact_name, contact_email)
                SELECT id, customer_id, total, currency, placed_at, placed_at, street, city, zip_code, country,
                       payment_method, contact_name, contact_email
                FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::timestamptz[], $6::text[], $7::text[],
                            $8::text[], $9::text[], $10::text[], $11::text[], $12::text[])
                     AS placed (id, customer_id, total, currency, placed_at, street, city, zip_code, country,
                                payment_method, contact_name, contact_email)
            ), added_lines AS (
                INSERT INTO order_lines (order_id, product_id, position, sku, name, quantity, unit_price_minor)
                SELECT * FROM unnest($13::uuid[], $14::uuid[], $15::smallint[], $16::text[], $17::text[], $18::integer[],
                                     $19::bigint[])
            )
            INSERT INTO order_timeline (order_id, step, at)
            SELECT id, $20, placed_at FROM unnest($1::uuid[], $5::timestamptz[]) AS placed (id, placed_at)
            """,
            [
                .ids(orders.map(\.id)), .ids(orders.map(\.customerID)), .ints(orders.map(\.total.minorUnits)),
                .texts(orders.map(\.total.currency.code)), .timestamps(orders.map(\.placedAt)),
                .texts(addresses.map { $0?.street }), .texts(addresses.map { $0?.city }),
                .texts(addresses.map { $0?.zipCode }), .texts(addresses.map { $0?.country }),
                .texts(orders.map(\.delivery.paymentMethod)), .texts(orders.map { $0.delivery.contact?.name }),
                .texts(orders.map { $0.delivery.contact?.email }),
                .ids(lines.map(\.orderID)), .ids(lines.map(\.line.productID)), .ints(lines.map(\.position)),
                .texts(lines.map(\.line.sku)), .texts(lines.map(\.line.name)), .ints(lines.map(\.line.quantity)),
                .ints(lines.map(\.line.unitPrice.minorUnits)), .text(TimelineEntry.Step.pending.rawValue),
            ])
    }

    public func lock(_ ids: [EntityID], in work: any UnitOfWork) async throws -> [EntityID: Order] {
        let orders = try await lock(ids, of: nil, in: work)
        return Dictionary(uniqueKeysWithValues: orders.map { ($0.id, $0) })
    }

    public func lock(_ id: EntityID, of owner: EntityID?, in work: any UnitOfWork) async throws -> Order? {
        try await lock([id], of: owner, in: work).first
    }

    private func lock(_ ids: [EntityID], of owner: EntityID?, in work: any UnitOfWork) async throws -> [Order] {
        // Lines never change, so they need no lock.
        let (rows, lines) = try await work.sql.run(
            PostgresQuery(
                """
                SELECT \(OrderRow.columns) FROM orders
                WHERE id = ANY($1::uuid[]) AND ($2::uuid IS NULL OR customer_id = $2) ORDER BY id FOR UPDATE
                """, [.ids(ids), .id(owner)], as: OrderRow.init),
            OrderLineRow.query(of: ids))
        return try OrderLineRow.orders(of: rows, with: lines)
    }

    public func save(_ changed: [ChangedOrder], in work: any UnitOfWork) async throws {
        let orders = changed.map(\.order)
        let entries = changed.flatMap { changed in changed.entries.map { (orderID: changed.order.id, entry: $0) } }
        try await work.sql.enqueue(
            """
            WITH saved AS (
                UPDATE orders
                SET status = changed.status, cancellation_reason = changed.reason, changed_at = changed.at
                FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[]) AS changed (id, status, reason, at)
                WHERE orders.id = changed.id
            )
            INSERT INTO order_timeline (order_id, step, at, detail)
            SELECT order_id, step, at, detail
            FROM unnest($5::uuid[], $6::text[], $7::timestamptz[], $8::text[]) WITH ORDINALITY
                 AS new (order_id, step, at, detail, position)
            WHERE NOT EXISTS (SELECT FROM order_timeline AS known
                              WHERE known.order_id = new.order_id AND known.step = new.step)
            ORDER BY position
            """,
            [
                .ids(orders.map(\.id)), .texts(orders.map(\.status.rawValue)), .texts(orders.map(\.cancellationReason)),
                .timestamps(orders.map(\.changedAt)),
                .ids(entries.map(\.orderID)), .texts(entries.map(\.entry.step.rawValue)),
                .timestamps(entries.map(\.entry.at)), .texts(entries.map(\.entry.detail)),
            ])
    }
}
