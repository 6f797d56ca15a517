import DomainKit
import JSON
import Messaging
import NotificationApplication
import NotificationDomain
import Postgres

/// Keeps what customers said here in the table `customer_preferences`.
public struct PostgresCustomerPreferences: CustomerPreferences {
    private let pool: PostgresPool

    public init(_ pool: PostgresPool) { self.pool = pool }

    public func said(by customers: Set<EntityID>) async throws -> [EntityID: Preferences] {
        try await Self.said(by: customers, in: pool)
    }

    public func said(
        by customers: Set<EntityID>, in work: any UnitOfWork
    ) async throws -> [EntityID: Preferences] {
        try await Self.said(by: customers, in: work.sql)
    }

    private static func said(
        by customers: Set<EntityID>, in sql: some PostgresStatements
    ) async throws -> [EntityID: Preferences] {
        guard !customers.isEmpty else { return [:] }
        let found = try await sql.query(
            "SELECT customer_id, preferences FROM customer_preferences WHERE customer_id = ANY($1::uuid[])",
            [.ids(Array(customers))]
        ) { row in (id: try row.id(0), preferences: Preferences(lenient: try JSONValue(parsing: try row.utf8(1)))) }
        return Dictionary(found.map { ($0.id, $0.preferences) }, uniquingKeysWith: { first, _ in first })
    }

    public func lock(_ customer: EntityID, in work: any UnitOfWork) async throws -> Preferences {
        // A row that is not there cannot be locked.
        try await work.sql.enqueue(
            """
            INSERT INTO customer_preferences (customer_id, preferences, updated_at) VALUES ($1, '{}', $2)
            ON CONFLICT (customer_id) DO NOTHING
            """, [.id(customer), .timestamp(work.now)])
        let said = try await work.sql.first(
            "SELECT preferences FROM customer_preferences WHERE customer_id = $1 FOR UPDATE", [.id(customer)]
        ) { row in Preferences(lenient: try JSONValue(parsing: try row.utf8(0))) }
        return said ?? Preferences()
    }

    public func save(_ preferences: Preferences, of customer: EntityID, in work: any UnitOfWork) async throws {
        try await work.sql.enqueue(
            "UPDATE customer_preferences SET preferences = $2::jsonb, updated_at = $3 WHERE customer_id = $1",
            [.id(customer), .text(preferences.jsonText), .timestamp(work.now)])
    }

    /// Forgets what a customer said.
    static func erase(_ customer: EntityID, in sql: some PostgresStatements) async throws {
        try await sql.execute("DELETE FROM customer_preferences WHERE customer_id = $1", [.id(customer)])
    }

    /// What a customer said, word by word, for whoever asks what is known of them.
    static func held(of customer: EntityID, in sql: some PostgresStatements) async throws -> [HeldText] {
        try await sql.query(
            "SELECT updated_at, preferences FROM customer_preferences WHERE customer_id = $1", [.id(customer)]
        ) { row in
            HeldText(heldIn: "preferences", type: "Preferences", at: try row.timestamp(0), text: try row.text(1))
        }
    }
}
