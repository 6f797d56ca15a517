import Postgres

/// The shards of the outbox that one relay holds.
///
/// A shard is held by an advisory lock of the relay's session, so the database gives it back the moment the session ends.
/// Each relay also holds a shared lock that says it is there: from their number each knows its fair share.
struct ShardLocks {
    /// How many shards there are; the outbox computes a row's shard from its aggregate.
    static let count = 16
    /// Advisory locks of these classes belong to relays.
    private static let shardClass = 0x7477_0001
    private static let presenceClass = 0x7477_0002

    private let connection: PostgresConnection
    private(set) var held: Set<Int> = []

    init(_ connection: PostgresConnection) { self.connection = connection }

    var holdsAll: Bool { held.count == Self.count }

    /// Tells the other relays that this one is there.
    func announce() async throws(PostgresError) {
        try await connection.execute("SELECT pg_advisory_lock_shared($1::int, 0)", [.int(Self.presenceClass)])
    }

    /// Takes free shards, or gives some back, until this relay has its share. Call it while nothing is in flight.
    mutating func balance() async throws(PostgresError) {
        let share = Self.share(of: try await relays())
        if held.count > share {
            try await giveBack(held.shuffled().prefix(held.count - share))
        } else if held.count < share {
            try await take(share - held.count)
        }
    }

    /// How many shards each of `relays` may hold.
    static func share(of relays: Int) -> Int { (count + max(1, relays) - 1) / max(1, relays) }

    private func relays() async throws(PostgresError) -> Int {
        try await connection.first(
            """
            SELECT count(*) FROM pg_locks
            WHERE locktype = 'advisory' AND classid = $1::bigint::oid AND objid = 0 AND granted
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """, [.int(Self.presenceClass)]
        ) { try $0.integer(0) } ?? 1
    }

    private mutating func take(_ number: Int) async throws(PostgresError) {
        let free = Set(0..<Self.count).subtracting(held).shuffled()
        let taken = try await connection.query(
            "SELECT shard FROM unnest($1::int[]) AS shard WHERE pg_try_advisory_lock($2::int, shard) LIMIT $3",
            [.ints(free), .int(Self.shardClass), .int(number)]
        ) { try $0.integer(0) }
        held.formUnion(taken)
    }

    private mutating func giveBack(_ shards: some Collection<Int>) async throws(PostgresError) {
        try await connection.execute(
            "SELECT pg_advisory_unlock($2::int, shard) FROM unnest($1::int[]) AS shard",
            [.ints(Array(shards)), .int(Self.shardClass)])
        held.subtract(shards)
    }
}
