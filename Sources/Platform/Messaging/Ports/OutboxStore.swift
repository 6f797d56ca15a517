/// Where an outbox is.
protocol OutboxStore: Sendable {
    /// Lends `body` a session of its own, which ends with it.
    func withSession(_ body: @Sendable (any OutboxSession) async throws -> Void) async throws
}

/// A relay's session with the database that its outbox is in.
///
/// The shards that it has locked belong to the session: they are free for others the moment it ends. Each statement is a
/// transaction of its own, so that none is open while the relay talks to the broker.
protocol OutboxSession: Sendable {
    /// Tells the other relays that this one is there, and begins to listen for what wakes it.
    func announce() async throws
    /// How many relays are there, this one included.
    func countRelays() async throws -> Int
    /// Locks some of `shards` that no session holds, `limit` at most.
    /// - Returns: those it got.
    func lock(_ shards: [Int], limit: Int) async throws -> [Int]
    /// Gives back shards that this session holds.
    func unlock(_ shards: [Int]) async throws

    /// Deletes the entries of `confirmed` for good, and then finds the oldest entries of `shards` that are committed, in
    /// their order. What takes a route of `parked`, and what its aggregate said after it, stays out.
    func oldest(
        _ limit: Int, of shards: [Int], besides parked: [OutboxEntry.Route], deleting confirmed: [Int64]
    ) async throws -> [OutboxEntry]
    /// The oldest entry that takes `route` and follows no other of its aggregate.
    func oldest(on route: OutboxEntry.Route, of shards: [Int]) async throws -> OutboxEntry?
    /// Deletes entries for good.
    func delete(_ seqs: [Int64]) async throws

    /// Wakes all relays.
    func wakeRelays() async throws
    /// Returns when somebody woke this relay, when ``interrupt()`` was called, or when the time is over.
    func waitForWakeUp(limit: Duration) async throws
    /// Ends a present ``waitForWakeUp(limit:)`` at once; without one, the next.
    func interrupt()
}
