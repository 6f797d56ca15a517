import DomainKit
import Postgres

@testable import Messaging

/// The transactions of the simulated database.
struct SimulatedInboxStore: InboxStore {
    let world: World
    let host: Host

    func transaction<Value: Sendable>(
        _ body: @Sendable (any InboxTransaction) async throws -> Value
    ) async throws -> Value {
        try await run(body)
    }

    func run<Value: Sendable>(_ body: @Sendable (SimulatedTransaction) async throws -> Value) async throws -> Value {
        var attempt = 1
        while true {
            try await world.step(host)
            let session = try world.database.connect(host)
            defer { world.database.end(session) }
            // The real one gives up after five conflicts in a row; so many do not come here.
            let transaction = SimulatedTransaction(world, session, mayConflict: attempt < 4)
            do {
                let value = try await body(transaction)
                try await transaction.commit()
                return value
            } catch {
                guard transaction.hasConflict else { throw error }
                attempt += 1
            }
        }
    }
}

/// What a handler needs of a transaction, whoever stands between.
protocol HandlerTransaction: UnitOfWork {
    /// Locks rows until the end, as an update of an aggregate does.
    func lock(_ aggregates: [EntityID]) async throws
    /// Changes something that must be changed once.
    func apply(_ effect: InboxKey) async throws
}

// `@unchecked Sendable` holds because only the scheduler's thread touches it.
final class SimulatedTransaction: InboxTransaction, HandlerTransaction, @unchecked Sendable {
    let now: Timestamp
    private let world: World
    private let session: Session
    private let mayConflict: Bool
    private(set) var hasConflict = false
    private var rows: [OutboxRow] = []
    private var changes = Changes()
    private var actions: [@Sendable () -> Void] = []

    init(_ world: World, _ session: Session, mayConflict: Bool) {
        self.world = world
        self.session = session
        self.mayConflict = mayConflict
        now = world.wallClock
    }

    /// A statement: there, and back.
    private func step() async throws {
        try await world.step(session.host)
        guard session.isAlive else { throw PostgresError(.connection, "the session was lost") }
        if mayConflict, world.strikes(world.conditions.conflicts) {
            world.note(session.host, "loses to another transaction")
            hasConflict = true
            throw PostgresError(.server, "simulated", sqlState: SQLState.serializationFailure)
        }
    }

    func claim(_ messageIDs: [EntityID], for consumer: String) async throws -> Set<EntityID> {
        try await step()
        var new: Set<EntityID> = []
        for messageID in Set(messageIDs).sorted() {
            let key = InboxKey(consumer: consumer, messageID: messageID)
            var isNew = world.database.claim(key, for: session)
            let start = world.scheduler.now
            while isNew == nil {
                try await waitForAnother(since: start)
                isNew = world.database.claim(key, for: session)
            }
            if isNew == true { new.insert(messageID) }
        }
        return new
    }

    func lock(_ aggregates: [EntityID]) async throws {
        try await step()
        // In one order everywhere.
        for aggregate in Set(aggregates).sorted() {
            let start = world.scheduler.now
            while !world.database.lock(aggregate, for: session) { try await waitForAnother(since: start) }
        }
    }

    /// Waits until another transaction has ended. Two that wait for each other are told apart after a second, as
    /// PostgreSQL does.
    private func waitForAnother(since start: Int) async throws {
        await world.database.waitForAnEnd()
        try await step()
        guard world.scheduler.now - start > 1_000_000 else { return }
        world.note(session.host, "is in a deadlock")
        hasConflict = true
        throw PostgresError(.server, "simulated", sqlState: SQLState.deadlockDetected)
    }

    func apply(_ effect: InboxKey) async throws {
        try await step()
        changes.effects.append(effect)
    }

    func publish(_ event: some IntegrationEvent, cause: Cause) {
        rows.append(OutboxRow(event, messageID: world.newMessageID(), cause: cause, at: now))
    }

    /// Writes down that a message died.
    func bury(_ death: DeadMessage, of consumer: String) async throws -> Bool {
        guard let messageID = death.messageID else { return false }
        // One that another transaction writes down is waited for, as any row of a unique key.
        guard try await !claim([messageID], for: "\(consumer) died").isEmpty else { return false }
        changes.deaths.append((InboxKey(consumer: consumer, messageID: messageID), death))
        return true
    }

    func afterCommit(_ action: @escaping @Sendable () -> Void) { actions.append(action) }

    func flush() async throws -> Int {
        try await step()
        for row in rows {
            changes.entries.append(
                OutboxEntry(
                    seq: world.database.takeSeq(), aggregateID: row.aggregateID, occurredAt: row.occurredAt,
                    route: OutboxEntry.Route(exchange: eventsExchange, routingKey: row.routingKey),
                    messageID: row.messageID.description, type: row.type, aggregateType: row.aggregateType,
                    headers: Array(row.headers.utf8), isMandatory: row.mandatory, payload: Array(row.payload.utf8)))
        }
        return rows.count
    }

    func commit() async throws {
        do {
            try await step()
            world.database.commit(session, changes)
            if world.strikes(world.conditions.lostAnswers) {
                world.note(session.host, "answer to the commit is lost")
                world.database.end(session)
            }
            try await world.step(session.host)
        } catch let error as PostgresError where error.code == .connection {
            throw PostgresError(.commitOutcomeUnknown, "the session was lost")
        }
        guard session.isAlive else { throw PostgresError(.commitOutcomeUnknown, "the session was lost") }
        for action in actions { action() }
    }
}

/// The dead letters of the simulated database.
struct SimulatedArchive: DeadLetterArchive {
    let store: SimulatedInboxStore

    func store(_ deaths: [DeadMessage], of consumer: String, at now: Timestamp) async throws -> Int {
        try await store.run { transaction in
            var new = 0
            for death in deaths where try await transaction.bury(death, of: consumer) { new += 1 }
            return new
        }
    }
}
