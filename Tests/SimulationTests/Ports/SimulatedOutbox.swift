import AMQP
import DomainKit
import Postgres

@testable import Messaging

/// The outbox of the simulated database.
struct SimulatedOutboxStore: OutboxStore {
    let world: World
    let host: Host

    func withSession(_ body: @Sendable (any OutboxSession) async throws -> Void) async throws {
        try await world.step(host)
        let session = try world.database.connect(host)
        host.relaySession = session
        defer { world.database.end(session) }
        try await body(world.outboxSession(SimulatedOutboxSession(world: world, session: session)))
    }
}

struct SimulatedOutboxSession: OutboxSession {
    let world: World
    let session: Session
    private var database: Database { world.database }

    init(world: World, session: Session) {
        self.world = world
        self.session = session
    }

    /// A statement on its way to the server, what it does there, and its answer on the way back.
    private func run<Value>(_ body: () -> Value) async throws -> Value {
        try await world.step(session.host)
        try checkIsAlive()
        let value = body()
        if world.strikes(world.conditions.lostAnswers) {
            world.note(session.host, "answer is lost")
            database.end(session)
        }
        try await world.step(session.host)
        try checkIsAlive()
        return value
    }

    private func checkIsAlive() throws {
        guard session.isAlive else { throw PostgresError(.connection, "the session was lost") }
    }

    func announce() async throws { try await run { session.isRelay = true } }

    func countRelays() async throws -> Int { try await run { database.sessions.count { $0.isRelay } } }

    func lock(_ shards: [Int], limit: Int) async throws -> [Int] {
        try await run {
            var taken: [Int] = []
            for shard in shards.shuffled(using: &world.scheduler.random) where taken.count < limit {
                if database.lock(shard, for: session) { taken.append(shard) }
            }
            world.note(session.host, "takes shards", taken.count)
            return taken
        }
    }

    func unlock(_ shards: [Int]) async throws {
        try await run {
            for shard in shards { database.unlock(shard, of: session) }
            world.note(session.host, "gives back shards", shards.count)
        }
    }

    func oldest(
        _ limit: Int, of shards: [Int], besides parked: [OutboxEntry.Route], deleting confirmed: [Int64]
    ) async throws -> [OutboxEntry] {
        try await run {
            deleteNow(confirmed)
            var heldBack: Set<EntityID> = []
            var entries: [OutboxEntry] = []
            for entry in database.outbox where shards.contains(Database.shard(of: entry.aggregateID)) {
                if parked.contains(entry.route) { heldBack.insert(entry.aggregateID) }
                if entries.count < limit, !heldBack.contains(entry.aggregateID) { entries.append(entry) }
            }
            return entries
        }
    }

    func oldest(on route: OutboxEntry.Route, of shards: [Int]) async throws -> OutboxEntry? {
        try await run {
            var seen: Set<EntityID> = []
            return database.outbox.first { entry in
                let isFirst = seen.insert(entry.aggregateID).inserted
                return isFirst && entry.route == route && shards.contains(Database.shard(of: entry.aggregateID))
            }
        }
    }

    func delete(_ seqs: [Int64]) async throws { try await run { deleteNow(seqs) } }

    private func deleteNow(_ seqs: [Int64]) {
        for seq in seqs { world.note(session.host, "deletes the row", Int(seq)) }
        database.delete(seqs)
    }

    func wakeRelays() async throws { try await run { database.wakeRelays() } }

    func waitForWakeUp(limit: Duration) async throws {
        try await world.step(session.host)
        try checkIsAlive()
        await session.waitForInterrupt(limit, world.scheduler)
        try await world.step(session.host)
        try checkIsAlive()
    }

    func interrupt() { session.interrupt() }
}
