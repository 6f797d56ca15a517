import DomainKit

@testable import Messaging

// MARK: - Inbox

/// A transaction on which another one is based.
protocol WrappedTransaction: InboxTransaction, HandlerTransaction {
    var transaction: SimulatedTransaction { get }
}

extension WrappedTransaction {
    var now: Timestamp { transaction.now }
    func publish(_ event: some IntegrationEvent, cause: Cause) { transaction.publish(event, cause: cause) }
    func afterCommit(_ action: @escaping @Sendable () -> Void) { transaction.afterCommit(action) }
    func flush() async throws -> Int { try await transaction.flush() }
    func lock(_ aggregates: [EntityID]) async throws { try await transaction.lock(aggregates) }
    func apply(_ effect: InboxKey) async throws { try await transaction.apply(effect) }
}

/// Marks messages as handled in a transaction of its own, before they are.
struct EarlyMarkingStore: InboxStore {
    let store: SimulatedInboxStore

    func transaction<Value: Sendable>(
        _ body: @Sendable (any InboxTransaction) async throws -> Value
    ) async throws -> Value {
        try await store.run { try await body(EarlyMarking(transaction: $0, store: store)) }
    }

    private struct EarlyMarking: WrappedTransaction {
        let transaction: SimulatedTransaction
        let store: SimulatedInboxStore

        func claim(_ messageIDs: [EntityID], for consumer: String) async throws -> Set<EntityID> {
            try await store.run { try await $0.claim(messageIDs, for: consumer) }
        }
    }
}

/// Marks messages as handled in a transaction of its own, after they are.
struct LateMarkingStore: InboxStore {
    let store: SimulatedInboxStore

    func transaction<Value: Sendable>(
        _ body: @Sendable (any InboxTransaction) async throws -> Value
    ) async throws -> Value {
        let marks = Marks()
        let value = try await store.run { transaction in
            marks.claimed = []
            return try await body(LateMarking(transaction: transaction, store: store, marks: marks))
        }
        for (messageIDs, consumer) in marks.claimed {
            _ = try await store.run { try await $0.claim(messageIDs, for: consumer) }
        }
        return value
    }

    // `@unchecked Sendable` holds because only the scheduler's thread touches it.
    private final class Marks: @unchecked Sendable {
        var claimed: [([EntityID], String)] = []
    }

    /// Only looks which messages are new.
    private struct LateMarking: WrappedTransaction {
        let transaction: SimulatedTransaction
        let store: SimulatedInboxStore
        let marks: Marks

        private struct Looked: Error { let new: Set<EntityID> }

        func claim(_ messageIDs: [EntityID], for consumer: String) async throws -> Set<EntityID> {
            marks.claimed.append((messageIDs, consumer))
            do {
                return try await store.run { throw Looked(new: try await $0.claim(messageIDs, for: consumer)) }
            } catch let looked as Looked {
                return looked.new
            }
        }
    }
}

/// Blames the message where the database is away.
struct BlamingStore: InboxStore {
    let store: SimulatedInboxStore

    func transaction<Value: Sendable>(
        _ body: @Sendable (any InboxTransaction) async throws -> Value
    ) async throws -> Value {
        do {
            return try await store.transaction(body)
        } catch  where error.meansTemporarilyUnavailable {
            throw HandlerFailed()
        }
    }
}

// MARK: - Outbox

/// A session on which another one is based.
protocol WrappedSession: OutboxSession {
    var session: SimulatedOutboxSession { get }
}

extension WrappedSession {
    func announce() async throws { try await session.announce() }
    func countRelays() async throws -> Int { try await session.countRelays() }
    func lock(_ shards: [Int], limit: Int) async throws -> [Int] { try await session.lock(shards, limit: limit) }
    func unlock(_ shards: [Int]) async throws { try await session.unlock(shards) }
    func oldest(
        _ limit: Int, of shards: [Int], besides parked: [OutboxEntry.Route], deleting confirmed: [Int64]
    ) async throws -> [OutboxEntry] {
        try await session.oldest(limit, of: shards, besides: parked, deleting: confirmed)
    }
    func oldest(on route: OutboxEntry.Route, of shards: [Int]) async throws -> OutboxEntry? {
        try await session.oldest(on: route, of: shards)
    }
    func delete(_ seqs: [Int64]) async throws { try await session.delete(seqs) }
    func wakeRelays() async throws { try await session.wakeRelays() }
    func waitForWakeUp(limit: Duration) async throws { try await session.waitForWakeUp(limit: limit) }
    func interrupt() { session.interrupt() }
}

/// Reads only what has a higher number than what was dealt with last.
// `@unchecked Sendable` holds because only the scheduler's thread touches it.
final class CursorSession: WrappedSession, @unchecked Sendable {
    let session: SimulatedOutboxSession

    init(_ session: SimulatedOutboxSession) { self.session = session }

    func oldest(
        _ limit: Int, of shards: [Int], besides parked: [OutboxEntry.Route], deleting confirmed: [Int64]
    ) async throws -> [OutboxEntry] {
        let entries = try await session.oldest(limit, of: shards, besides: parked, deleting: confirmed)
        session.world.cursor = max(session.world.cursor, confirmed.max() ?? 0)
        return entries.filter { $0.seq > session.world.cursor }
    }

    func delete(_ seqs: [Int64]) async throws {
        try await session.delete(seqs)
        session.world.cursor = max(session.world.cursor, seqs.max() ?? 0)
    }
}

/// Deletes what it reads.
struct HastySession: WrappedSession {
    let session: SimulatedOutboxSession
    init(_ session: SimulatedOutboxSession) { self.session = session }

    func oldest(
        _ limit: Int, of shards: [Int], besides parked: [OutboxEntry.Route], deleting confirmed: [Int64]
    ) async throws -> [OutboxEntry] {
        let entries = try await session.oldest(limit, of: shards, besides: parked, deleting: [])
        if !entries.isEmpty { try await session.delete(entries.map(\.seq)) }
        return entries
    }

    func delete(_ seqs: [Int64]) async throws {}
}

/// Takes every shard for its own.
struct LocklessSession: WrappedSession {
    let session: SimulatedOutboxSession
    init(_ session: SimulatedOutboxSession) { self.session = session }

    func lock(_ shards: [Int], limit: Int) async throws -> [Int] { shards }
}
