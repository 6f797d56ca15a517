import DomainKit
import Postgres

/// Remembers which messages a consumer has handled, in the transaction of what they led to.
enum Inbox {
    /// Enters the messages in the inbox.
    ///
    /// A transaction that entered one of them and is still open is waited for.
    ///
    /// - Returns: those that were not there. Handle these and no others, in this very transaction.
    static func claim(
        _ messageIDs: some Sequence<EntityID>, for consumer: String, in transaction: PostgresTransaction
    ) async throws(PostgresError) -> Set<EntityID> {
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
