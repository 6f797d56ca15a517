import DomainKit
import Postgres

/// The table that remembers which files were applied.
enum SchemaHistory {
    /// The key of the advisory lock that migrators of one database share: "tradewin" in ASCII.
    static let lockKey: Int64 = 0x7472_6164_6577_696E

    /// Makes the table, unless it is there. Others may read it, which is how they know that a schema is behind; where default
    /// privileges gave them more, that is taken back.
    static func createTable(on connection: PostgresConnection) async throws(PostgresError) {
        try await connection.script(
            """
            CREATE TABLE IF NOT EXISTS schema_history (
                version integer PRIMARY KEY,
                description text NOT NULL,
                checksum text NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
                duration_ms bigint NOT NULL,
                finished boolean NOT NULL
            );
            DO $$
            DECLARE
                other regrole;
            BEGIN
                FOR other IN
                    SELECT DISTINCT grantee FROM pg_class, aclexplode(relacl)
                    WHERE pg_class.oid = 'schema_history'::regclass AND grantee NOT IN (0, relowner)
                LOOP
                    EXECUTE format('REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON schema_history FROM %s', other);
                END LOOP;
            END $$
            """)
    }

    /// What the table holds; nothing when there is no table.
    static func load(on connection: PostgresConnection) async throws(PostgresError) -> [AppliedMigration] {
        let exists = try await connection.first("SELECT to_regclass('schema_history') IS NOT NULL") {
            row throws(PostgresError) in try row.bool(0)
        }
        guard exists == true else { return [] }
        return try await connection.query(
            "SELECT version, description, checksum, applied_at, finished FROM schema_history ORDER BY version"
        ) { row throws(PostgresError) in
            AppliedMigration(
                version: try row.integer(0), description: try row.text(1), checksum: try row.text(2),
                appliedAt: try row.timestamp(3), isFinished: try row.bool(4))
        }
    }

    static func insert(
        _ migration: Migration, took duration: Duration, isFinished: Bool, with statements: some PostgresStatements
    ) async throws(PostgresError) {
        try await statements.execute(
            """
            INSERT INTO schema_history (version, description, checksum, duration_ms, finished)
            VALUES ($1, $2, $3, $4, $5)
            """,
            [
                .int(migration.version), .text(migration.description), .text(migration.checksum),
                .int(duration.inMilliseconds), .bool(isFinished),
            ])
    }

    static func finish(
        _ migration: Migration, took duration: Duration, on connection: PostgresConnection
    ) async throws(PostgresError) {
        try await connection.execute(
            "UPDATE schema_history SET finished = true, duration_ms = $2 WHERE version = $1",
            [.int(migration.version), .int(duration.inMilliseconds)])
    }
}

extension Duration {
    var inMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
