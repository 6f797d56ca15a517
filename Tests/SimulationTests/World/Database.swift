import DomainKit
import Postgres

@testable import Messaging

/// PostgreSQL, as far as messaging can tell: what is written shows at the commit, a `seq` is taken before it, and what a
/// session holds ends with the session.
// `@unchecked Sendable` holds because only the scheduler's thread touches it.
final class Database: @unchecked Sendable {
    private unowned let world: World
    var isAway = false
    private(set) var sessions: [Session] = []
    /// Committed entries in the order of their numbers.
    private(set) var outbox: [OutboxEntry] = []
    /// Deletions that a crash of the server would still undo: the relay's wait for no flush.
    private var unflushed: [OutboxEntry] = []
    private var inbox: Set<InboxKey> = []
    private var claims: [InboxKey: Session] = [:]
    private var lockedAggregates: [EntityID: Session] = [:]
    private var shards: [Session?] = Array(repeating: nil, count: ShardLocks.count)
    private var nextSeq: Int64 = 1
    private var waiting: [Waiter] = []

    init(_ world: World) { self.world = world }

    static func shard(of aggregateID: EntityID) -> Int { Int(aggregateID.low % UInt64(ShardLocks.count)) }

    // MARK: - Sessions

    func connect(_ host: Host) throws -> Session {
        guard !isAway else { throw PostgresError(.connection, "the database is away") }
        let session = Session(host)
        sessions.append(session)
        return session
    }

    /// Ends a session, and with it its transaction and its locks.
    func end(_ session: Session) {
        guard session.isAlive else { return }
        session.isAlive = false
        sessions.removeAll { $0 === session }
        for shard in shards.indices where shards[shard] === session { shards[shard] = nil }
        rollBack(session)
        session.interrupt()
    }

    // MARK: - Relays

    func lock(_ shard: Int, for session: Session) -> Bool {
        guard shards[shard] == nil || shards[shard] === session else { return false }
        shards[shard] = session
        return true
    }

    func unlock(_ shard: Int, of session: Session) { if shards[shard] === session { shards[shard] = nil } }

    func holds(_ shard: Int, _ session: Session) -> Bool { shards[shard] === session }

    func delete(_ seqs: [Int64]) {
        unflushed += outbox.filter { seqs.contains($0.seq) }
        outbox.removeAll { seqs.contains($0.seq) }
    }

    /// The server stops without having flushed all of its log: the last deletions never happened.
    func crash() {
        // The log is lost from some point on.
        let lost = unflushed.suffix(world.scheduler.random.within(0...unflushed.count))
        unflushed = []
        if !lost.isEmpty { world.note(nil, "deletions are lost", lost.count) }
        for entry in lost { insert(entry) }
    }

    private func insert(_ entry: OutboxEntry) {
        let position = outbox.firstIndex { $0.seq > entry.seq } ?? outbox.endIndex
        outbox.insert(entry, at: position)
    }

    func wakeRelays() { for session in sessions where session.isRelay { session.interrupt() } }

    // MARK: - Transactions

    /// Enters a message; nil where another transaction that is open has done so.
    func claim(_ key: InboxKey, for session: Session) -> Bool? {
        if inbox.contains(key) || claims[key] === session { return false }
        guard claims[key] == nil else { return nil }
        claims[key] = session
        return true
    }

    func lock(_ aggregateID: EntityID, for session: Session) -> Bool {
        guard lockedAggregates[aggregateID] == nil || lockedAggregates[aggregateID] === session else { return false }
        lockedAggregates[aggregateID] = session
        return true
    }

    /// Waits until some transaction has ended.
    func waitForAnEnd() async {
        let waiter = Waiter()
        waiting.append(waiter)
        await world.scheduler.wait(waiter, limit: 1_000_000)
    }

    func takeSeq() -> Int64 {
        defer { nextSeq += 1 }
        return nextSeq
    }

    func commit(_ session: Session, _ changes: Changes) {
        for (key, owner) in claims where owner === session { inbox.insert(key) }
        for entry in changes.entries { insert(entry) }
        // A commit flushes all of the log before it.
        unflushed = []
        world.ledger.didCommit(changes, in: world)
        rollBack(session)
    }

    /// Ends the transaction of a session, whatever was written in it.
    func rollBack(_ session: Session) {
        claims = claims.filter { $0.value !== session }
        lockedAggregates = lockedAggregates.filter { $0.value !== session }
        let waiters = waiting
        waiting = []
        for waiter in waiters { waiter.wake() }
    }
}

/// What a consumer remembers of a message.
struct InboxKey: Hashable {
    let consumer: String
    let messageID: EntityID
}

/// What a transaction writes besides the inbox.
struct Changes {
    var entries: [OutboxEntry] = []
    var effects: [InboxKey] = []
    var deaths: [(InboxKey, DeadMessage)] = []
}

/// A session with the database.
// `@unchecked Sendable` holds because only the scheduler's thread touches it.
final class Session: @unchecked Sendable {
    let host: Host
    var isAlive = true
    var isRelay = false
    private var isInterrupted = false
    private var waiter: Waiter?

    init(_ host: Host) { self.host = host }

    func interrupt() {
        isInterrupted = true
        waiter?.wake()
    }

    func waitForInterrupt(_ limit: Duration, _ scheduler: Scheduler) async {
        let waiter = Waiter()
        self.waiter = waiter
        if isInterrupted { waiter.wake() }
        await scheduler.wait(waiter, limit: limit.microseconds)
        self.waiter = nil
        isInterrupted = false
    }
}
