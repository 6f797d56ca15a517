import DomainKit
import Postgres

/// An inbox in PostgreSQL.
struct PostgresInboxStore: InboxStore {
    let pool: PostgresPool
    let clock: any WallClock
    let events: EventLog

    func transaction<Value: Sendable>(
        _ body: @Sendable (any InboxTransaction) async throws -> Value
    ) async throws -> Value {
        let (value, work) = try await pool.transaction { transaction in
            let work = try await PostgresUnitOfWork.begin(transaction, now: clock.now, events: events)
            return (try await body(work), work)
        }
        work.didCommit()
        return value
    }
}

extension PostgresUnitOfWork: InboxTransaction {
    func claim(_ messageIDs: [EntityID], for consumer: String) async throws -> Set<EntityID> {
        // In one order everywhere, or two consumers that wait for each other's rows deadlock.
        let sorted = Set(messageIDs).sorted()
        let new = try await transaction.query(
            """
            INSERT INTO processed_messages (consumer, message_id)
            SELECT $1, message_id FROM unnest($2::uuid[]) AS message_id
            ON CONFLICT DO NOTHING RETURNING message_id
            """, [.text(consumer), .ids(sorted)]
        ) { try $0.id(0) }
        return Set(new)
    }
}
