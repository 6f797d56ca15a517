import DomainKit
import Messaging
import OrderApplication
import OrderDomain
import Postgres

/// What the database of Order holds of a customer: in `orders`, `order_timeline`, `idempotency_keys`, `outbox` and
/// `dead_letters`. The inbox holds identities of messages alone.
public struct PostgresCustomerData: CustomerData {
    /// Written so that the index on `about` finds them. Versions that did not know the column filled in the other.
    private static let areAnswersAbout =
        "(about = ANY($1::uuid[]) OR (about IS NULL AND order_id = ANY($1::uuid[])))"

    private let pool: PostgresPool

    public init(_ pool: PostgresPool) { self.pool = pool }

    public func record(of customer: EntityID) async throws -> CustomerRecord {
        try await pool.transaction(isolation: .repeatableRead) { sql in
            let rows = try await sql.query(
                "SELECT \(OrderRow.columns) FROM orders WHERE customer_id = $1 ORDER BY id DESC", [.id(customer)],
                as: OrderRow.init)
            let ids = rows.map(\.id)
            let entries = try await sql.query(
                """
                SELECT order_id, step, at, detail FROM order_timeline WHERE order_id = ANY($1::uuid[])
                ORDER BY order_id, entry
                """, [.ids(ids)]
            ) { row in
                guard let step = TimelineEntry.Step(rawValue: try row.text(1)) else {
                    throw UnreadableRow(column: "step")
                }
                let entry = TimelineEntry(step, at: try row.timestamp(2), detail: try row.optionalText(3))
                return (order: try row.id(0), entry: entry)
            }
            let answers = try await sql.query(
                """
                SELECT created_at, body FROM idempotency_keys
                WHERE \(Self.areAnswersAbout) AND body <> ''
                """, [.ids(ids)]
            ) { row in
                HeldText(
                    heldIn: "answers to repeated requests", type: "answer", at: try row.timestamp(0),
                    text: try row.text(1))
            }
            return CustomerRecord(
                orders: try await sql.orders(of: rows),
                timelines: Dictionary(grouping: entries, by: \.order).mapValues { $0.map(\.entry) },
                texts: try await HeldMessages.find(about: ids, naming: customer, in: sql) + answers)
        }
    }

    public func erase(_ customer: EntityID, in work: any UnitOfWork) async throws -> [EntityID] {
        let sql = try work.sql
        // First, so that whatever is being written about one of them is written before the rest is looked at.
        let orders = try await sql.query(
            "SELECT id FROM orders WHERE customer_id = $1 ORDER BY id FOR UPDATE", [.id(customer)]
        ) { try $0.id(0) }
        try await sql.execute(
            """
            WITH erased AS (
                UPDATE orders SET street = NULL, city = NULL, zip_code = NULL, country = NULL, payment_method = NULL,
                       contact_name = NULL, contact_email = NULL,
                       cancellation_reason = CASE WHEN cancellation_reason IS NOT NULL THEN 'erased' END
                WHERE id = ANY($1::uuid[])
            )
            UPDATE order_timeline SET detail = 'erased' WHERE order_id = ANY($1::uuid[]) AND detail IS NOT NULL
            """, [.ids(orders)])
        // The keys stay used: a request that came again would bring back what it said. No request has this fingerprint.
        try await sql.execute(
            """
            UPDATE idempotency_keys SET fingerprint = decode(repeat('00', 32), 'hex'), location = '', body = ''
            WHERE \(Self.areAnswersAbout)
            """, [.ids(orders)])
        try await Erasure.erase(orders, of: customer, in: work)
        return orders
    }
}
