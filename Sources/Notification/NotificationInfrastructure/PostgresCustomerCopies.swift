import DomainKit
import JSON
import Messaging
import NotificationApplication
import NotificationDomain
import Postgres

/// Keeps the last known copies of customers in the table `customers`, any number of them in one statement.
public struct PostgresCustomerCopies: CustomerCopies {
    private let pool: PostgresPool

    public init(_ pool: PostgresPool) { self.pool = pool }

    public func copies(of customers: Set<EntityID>) async throws -> [EntityID: Customer] {
        guard !customers.isEmpty else { return [:] }
        let found = try await pool.query(
            """
            SELECT customer_id, name, email, locale, preferences FROM customers WHERE customer_id = ANY($1::uuid[])
            """, [.ids(Array(customers))]
        ) { row in
            Customer(
                id: try row.id(0), name: try row.optionalText(1), email: try row.optionalText(2),
                locale: try row.optionalText(3).flatMap { LocaleTag($0) },
                preferences: Preferences(lenient: try JSONValue(parsing: try row.utf8(4))))
        }
        return Dictionary(found.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// A copy that is newer stays. Of a customer who was erased nothing is kept, for as long as that is remembered
    /// (`RetentionRule.erasures`): what was asked before the erasure could otherwise come back after it.
    ///
    /// Call it before other rows are written: it waits for an erasure, which may wait for those.
    public func keep(_ heard: HeardCustomers, in work: any UnitOfWork) async throws {
        guard !heard.isEmpty else { return }
        let sql = try work.sql
        try await sql.enqueue("SELECT pg_advisory_xact_lock_shared($1::int, 0)", [.int(Erasure.lock)])
        if !heard.unknown.isEmpty { try await forget(heard.unknown, in: sql, before: work.now) }
        if !heard.found.isEmpty { try await keep(heard.found, in: sql, at: work.now) }
    }

    private func forget(_ customers: Set<EntityID>, in sql: PostgresTransaction, before now: Timestamp) async throws {
        try await sql.enqueue(
            "DELETE FROM customers WHERE customer_id = ANY($1::uuid[]) AND fetched_at <= $2",
            [.ids(customers.sorted()), .timestamp(now)])
    }

    private func keep(_ customers: [Customer], in sql: PostgresTransaction, at now: Timestamp) async throws {
        // The last of two with one id, which one statement could not write both.
        let newest = Dictionary(customers.map { ($0.id, $0) }, uniquingKeysWith: { _, last in last })
        // In ascending order, so that two of these cannot wait for each other in a circle.
        let customers = newest.values.sorted { $0.id < $1.id }
        // A statement after that with the lock: it sees what an erasure committed while that was waited for.
        try await sql.enqueue(
            """
            INSERT INTO customers AS kept (customer_id, name, email, locale, preferences, fetched_at)
            SELECT new.id, new.name, new.email, new.locale, new.preferences::jsonb, $6::timestamptz
            FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[])
                 AS new (id, name, email, locale, preferences)
            WHERE NOT EXISTS (SELECT FROM erased_aggregates WHERE aggregate_id = new.id)
            ON CONFLICT (customer_id) DO UPDATE
            SET name = excluded.name, email = excluded.email, locale = excluded.locale,
                preferences = excluded.preferences, fetched_at = excluded.fetched_at
            WHERE kept.fetched_at <= excluded.fetched_at
            """,
            [
                .ids(customers.map(\.id)), .texts(customers.map(\.name)), .texts(customers.map(\.email)),
                .texts(customers.map(\.locale?.text)), .texts(customers.map(\.preferences.jsonText)),
                .timestamp(now),
            ])
    }

    /// Forgets a customer. The erasure must be recorded before, under the customer's own id, too.
    static func erase(_ customer: EntityID, in sql: some PostgresStatements) async throws {
        try await sql.execute("DELETE FROM customers WHERE customer_id = $1", [.id(customer)])
    }

    /// The copy word by word, for whoever asks what is known of them.
    static func held(of customer: EntityID, in sql: some PostgresStatements) async throws -> [HeldText] {
        try await sql.query(
            """
            SELECT fetched_at, to_jsonb(customers) FROM customers WHERE customer_id = $1
            """, [.id(customer)]
        ) { row in
            HeldText(heldIn: "customers", type: "Customer", at: try row.timestamp(0), text: try row.text(1))
        }
    }
}

extension RetentionRule {
    /// Last known copies of customers of whom nothing was heard since.
    public static func customerCopies(kept: Duration) -> RetentionRule {
        RetentionRule(
            "customer copies", kept: kept,
            steps: [
                .delete(
                    """
                    DELETE FROM customers WHERE customer_id IN (
                        SELECT customer_id FROM customers WHERE fetched_at < now() - $1::interval
                        ORDER BY fetched_at LIMIT $2)
                    """, limit: 1_000)
            ])
    }
}
