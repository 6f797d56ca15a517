import Postgres

/// An outbox in PostgreSQL.
struct PostgresOutboxStore: OutboxStore {
    let pool: PostgresPool

    func withSession(_ body: @Sendable (any OutboxSession) async throws -> Void) async throws {
        try await pool.withConnection { connection in
            do {
                try await body(PostgresOutboxSession(connection: connection))
            } catch {
                await connection.close()
                throw error
            }
            // Closing it is what gives back the locks: the pool must not lend a session that holds them.
            await connection.close()
        }
    }
}

/// A session with PostgreSQL that holds shards by advisory locks, which the server gives back when the session ends.
///
/// Each relay also holds a shared lock that says it is there: from their number each knows its fair share.
struct PostgresOutboxSession: OutboxSession {
    /// Advisory locks of these classes belong to relays.
    private static let shardClass = 0x7477_0001
    private static let presenceClass = 0x7477_0002

    let connection: PostgresConnection

    // MARK: - Shards

    func announce() async throws {
        // Nothing this session commits has to outlive a crash of the server: a deletion that is lost means that a message
        // comes again, under its id. See docs/decisions/relay-deletions.md.
        try await connection.execute("SET synchronous_commit = off")
        // Plans are made once. One that was made while the outbox was empty must suit a backlog, too: rows come in the order
        // of the key. See docs/decisions/generic-plans.md.
        try await connection.execute("SET plan_cache_mode = force_generic_plan")
        try await connection.execute("SET enable_seqscan = off")
        try await connection.execute("LISTEN \(OutboxWakeUp.channel)")
        try await connection.execute("SELECT pg_advisory_lock_shared($1::int, 0)", [.int(Self.presenceClass)])
    }

    func countRelays() async throws -> Int {
        try await connection.first(
            """
            SELECT count(*) FROM pg_locks
            WHERE locktype = 'advisory' AND classid = $1::bigint::oid AND objid = 0 AND granted
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """, [.int(Self.presenceClass)]
        ) { try $0.integer(0) } ?? 1
    }

    func lock(_ shards: [Int], limit: Int) async throws -> [Int] {
        // In any order: relays that start together would ask for the same ones first.
        try await connection.query(
            "SELECT shard FROM unnest($1::int[]) AS shard WHERE pg_try_advisory_lock($2::int, shard) LIMIT $3",
            [.ints(shards.shuffled()), .int(Self.shardClass), .int(limit)]
        ) { try $0.integer(0) }
    }

    func unlock(_ shards: [Int]) async throws {
        try await connection.execute(
            "SELECT pg_advisory_unlock($2::int, shard) FROM unnest($1::int[]) AS shard",
            [.ints(shards), .int(Self.shardClass)])
    }

    // MARK: - Entries

    private static let deletion = "DELETE FROM outbox WHERE seq = ANY($1)"

    func oldest(
        _ limit: Int, of shards: [Int], besides parked: [OutboxEntry.Route], deleting confirmed: [Int64]
    ) async throws -> [OutboxEntry] {
        if !confirmed.isEmpty { try await connection.enqueue(Self.deletion, [.ints(confirmed)]) }
        guard !parked.isEmpty else {
            return try await connection.query(
                "SELECT \(OutboxEntry.columns) FROM outbox WHERE shard = ANY($1) ORDER BY seq LIMIT $2",
                [.ints(shards), .int(limit)], as: OutboxEntry.init)
        }
        return try await connection.query(
            """
            SELECT \(OutboxEntry.columns) FROM outbox AS entry
            WHERE shard = ANY($1) AND exchange || ' ' || routing_key <> ALL($3)
              AND NOT EXISTS (SELECT FROM outbox AS earlier
                              WHERE earlier.aggregate_id = entry.aggregate_id AND earlier.seq < entry.seq
                                AND earlier.exchange || ' ' || earlier.routing_key = ANY($3))
            ORDER BY seq LIMIT $2
            """, [.ints(shards), .int(limit), .texts(parked.map(\.key))], as: OutboxEntry.init)
    }

    func oldest(on route: OutboxEntry.Route, of shards: [Int]) async throws -> OutboxEntry? {
        try await connection.first(
            """
            SELECT \(OutboxEntry.columns) FROM outbox AS entry
            WHERE shard = ANY($1) AND exchange = $2 AND routing_key = $3
              AND NOT EXISTS (SELECT FROM outbox AS earlier
                              WHERE earlier.aggregate_id = entry.aggregate_id AND earlier.seq < entry.seq)
            ORDER BY seq LIMIT 1
            """, [.ints(shards), .text(route.exchange), .text(route.routingKey)], as: OutboxEntry.init)
    }

    func delete(_ seqs: [Int64]) async throws {
        try await connection.execute(Self.deletion, [.ints(seqs)])
    }

    // MARK: - Waking up

    func wakeRelays() async throws {
        try await connection.execute("SELECT pg_notify($1, '')", [.text(OutboxWakeUp.channel)])
    }

    func waitForWakeUp(limit: Duration) async throws {
        guard try await connection.waitForNotification(timeout: limit) != nil else { return }
        // One look serves all that have come.
        while try await connection.waitForNotification(timeout: .zero) != nil {}
    }

    func interrupt() { connection.interrupt() }
}
