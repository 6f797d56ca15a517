import DomainKit
import Locking
import Postgres

/// A transaction of PostgreSQL and the events that it publishes.
///
/// Events are gathered in memory and written to the outbox in one statement right before the commit.
public struct PostgresUnitOfWork: UnitOfWork {
    public let now: Timestamp
    /// The transaction that everything happens in.
    public let transaction: PostgresTransaction
    private let events: EventLog
    private let gathered = Gathered()

    private init(_ transaction: PostgresTransaction, now: Timestamp, events: EventLog) {
        self.transaction = transaction
        self.now = now
        self.events = events
    }

    /// Begins a unit of work. Its plans are made once for each statement: see docs/decisions/generic-plans.md.
    static func begin(
        _ transaction: PostgresTransaction, now: Timestamp, events: EventLog
    ) async throws(PostgresError) -> Self {
        try await transaction.enqueue("SET LOCAL plan_cache_mode = force_generic_plan")
        return Self(transaction, now: now, events: events)
    }

    public func publish(_ event: some IntegrationEvent, cause: Cause) {
        let row = OutboxRow(event, messageID: .v7(at: now), cause: cause, at: now)
        gathered.rows.withLock { $0.append(row) }
    }

    public func afterCommit(_ action: @escaping @Sendable () -> Void) {
        gathered.actions.withLock { $0.append(action) }
    }

    /// The transaction was committed.
    func didCommit() {
        for action in gathered.actions.withLock({ $0 }) { action() }
    }

    /// Notes a row that was written to the outbox past ``publish(_:cause:)``, so that the relay is told of it.
    func noteOutboxRow() { gathered.others.withLock { $0 += 1 } }

    /// Writes what was published to the outbox, in one round trip with the commit. Call it last, before the commit.
    ///
    /// - Returns: how many rows are written, those that were noted included.
    /// - Throws: ``PostgresError``. What the server says of the rows comes from the commit.
    func flush() async throws(PostgresError) -> Int {
        try await insertGathered()
            + gathered.others.withLock { others in
                defer { others = 0 }
                return others
            }
    }

    private func insertGathered() async throws(PostgresError) -> Int {
        let rows = gathered.rows.withLock { rows in
            defer { rows = [] }
            return rows
        }
        guard !rows.isEmpty else { return 0 }
        afterCommit { [events] in events.tell(rows) }
        try await transaction.enqueue(
            """
            INSERT INTO outbox (message_id, type, routing_key, mandatory, aggregate_type, aggregate_id, headers, payload,
                                occurred_at)
            SELECT message_id, type, routing_key, mandatory, aggregate_type, aggregate_id, headers::json, payload, $9
            FROM unnest($1::uuid[], $2::text[], $3::text[], $4::boolean[], $5::text[], $6::uuid[], $7::text[],
                        $8::text[]) WITH ORDINALITY
                 AS event (message_id, type, routing_key, mandatory, aggregate_type, aggregate_id, headers, payload,
                           position)
            ORDER BY position
            """,
            [
                .ids(rows.map(\.messageID)), .texts(rows.map(\.type)), .texts(rows.map(\.routingKey)),
                .bools(rows.map(\.mandatory)), .texts(rows.map(\.aggregateType)), .ids(rows.map(\.aggregateID)),
                .texts(rows.map(\.headers)), .texts(rows.map(\.payload)), .timestamp(now),
            ])
        return rows.count
    }

    private final class Gathered: Sendable {
        let rows = Mutex<[OutboxRow]>([])
        let actions = Mutex<[@Sendable () -> Void]>([])
        let others = Mutex(0)
    }
}

extension UnitOfWork {
    /// - Throws: ``NotAPostgresUnitOfWork`` where this unit of work is of another kind, such as a test's.
    var postgres: PostgresUnitOfWork {
        get throws(NotAPostgresUnitOfWork) {
            guard let work = self as? PostgresUnitOfWork else { throw NotAPostgresUnitOfWork() }
            return work
        }
    }

    /// The transaction to run statements in. For the repositories of an infrastructure layer.
    ///
    /// - Throws: ``NotAPostgresUnitOfWork`` where this unit of work is of another kind, such as a test's.
    public var sql: PostgresTransaction {
        get throws(NotAPostgresUnitOfWork) {
            try postgres.transaction
        }
    }
}

/// A repository over PostgreSQL was handed a unit of work of another kind.
public struct NotAPostgresUnitOfWork: Error {}
