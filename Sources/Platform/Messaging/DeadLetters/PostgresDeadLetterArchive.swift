import DomainKit
import Postgres

/// The table `dead_letters`.
struct PostgresDeadLetterArchive: DeadLetterArchive {
    let pool: PostgresPool

    func store(_ deaths: [DeadMessage], of consumer: String, at now: Timestamp) async throws -> Int {
        try await pool.transaction { transaction in
            try await transaction.execute("SELECT pg_advisory_xact_lock_shared($1::int, 0)", [.int(Erasure.lock)])
            var new = 0
            for death in deaths where try await death.store(for: consumer, at: now, in: transaction) { new += 1 }
            try await Erasure.eraseAgain(deaths, at: consumer, in: transaction)
            return new
        }
    }
}

extension DeadMessage {
    /// Writes the death down: the row, and an entry of its history.
    /// - Returns: false where that was done before.
    func store(
        for consumer: String, at now: Timestamp, in transaction: PostgresTransaction
    ) async throws(PostgresError) -> Bool {
        try await transaction.execute(
            """
            WITH death AS (
                INSERT INTO dead_letters AS known
                    (consumer, message_id, sent_message_id, type, aggregate_type, aggregate_id, occurred_at, headers, body,
                     reason, attempts, first_failed_at, last_failed_at, died_at, redrives, last_death)
                VALUES ($1::text,
                        coalesce($2::uuid, md5(convert_to($1::text || coalesce($3::text, ''), 'UTF8') || $9::bytea)::uuid),
                        $3, $4, $5, $6, $7, $8::json, $9, $10, $11, $12, $13, $14, $15, $15)
                ON CONFLICT (message_id, consumer) DO UPDATE SET
                    headers = excluded.headers, body = excluded.body, reason = excluded.reason,
                    attempts = known.attempts + excluded.attempts, last_failed_at = excluded.last_failed_at,
                    died_at = excluded.died_at, redrives = greatest(known.redrives, excluded.redrives),
                    last_death = excluded.last_death,
                    status = CASE WHEN excluded.last_death < known.redrives THEN known.status ELSE 'Waiting' END
                WHERE known.last_death < excluded.last_death
                RETURNING consumer, message_id, reason, redrive_id
            )
            INSERT INTO dead_letter_actions (consumer, message_id, action, at, detail, redrive_id)
            SELECT consumer, message_id, 'Died', $14, reason, redrive_id FROM death
            """,
            [
                .text(consumer), .id(messageID), .text(sentMessageID), .text(type), .text(aggregateType),
                .id(aggregateID), .timestamp(occurredAt), .text(headers), .bytes(body), .text(reason), .int(attempts),
                .timestamp(firstFailedAt), .timestamp(lastFailedAt), .timestamp(now), .int(redrive),
            ]) > 0
    }
}
