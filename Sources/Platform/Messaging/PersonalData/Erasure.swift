import DomainKit
import Postgres

/// Takes a person out of what messaging keeps: outbox, dead letters and their history. The messages stay, so that what has
/// to follow from them still does.
///
/// What is on its way meanwhile finds the aggregates in the table `erased_aggregates` when it arrives: a dead letter is
/// stored without the person, and a domain that keeps personal data asks before it does. Both hold ``lock`` shared, and an
/// erasure holds it alone: whatever began before is there to be erased, and whatever begins after sees the table.
public enum Erasure {
    /// The first half of the advisory lock's key; the other is 0.
    public static let lock = 0x7477_0005

    /// Erases the person from all messages about `aggregates`, and from those whose body names `person`.
    ///
    /// Doing it again changes nothing. Call it after the aggregates themselves are locked, and before their rows are
    /// read for the last time: it waits for whatever is being written about them.
    public static func erase(
        _ aggregates: [EntityID], of person: EntityID, in work: any UnitOfWork
    ) async throws {
        let sql = try work.sql
        try await sql.execute("SELECT pg_advisory_xact_lock($1::int, 0)", [.int(lock)])
        try await sql.execute(
            """
            INSERT INTO erased_aggregates (aggregate_id, erased_at)
            SELECT DISTINCT id, $2::timestamptz FROM unnest($1::uuid[]) AS id ORDER BY id
            ON CONFLICT (aggregate_id) DO UPDATE SET erased_at = excluded.erased_at
            """, [.ids(aggregates), .timestamp(work.now)])
        let letters = try await sql.query(
            """
            SELECT seq FROM dead_letters
            WHERE aggregate_id = ANY($1::uuid[]) OR position(convert_to($2, 'UTF8') IN body) > 0
               OR (aggregate_id IS NULL AND \(nameOneOfThem("unnest($1::uuid[])")))
            """, [.ids(aggregates), .text(person.description)]
        ) { try $0.int(0) }
        try await erase(letters, in: sql)
        // Last: a dead letter that is being sent again meanwhile is in the outbox once its row is free.
        try await sql.execute(
            """
            UPDATE outbox SET payload = convert_from(without_person(convert_to(payload, 'UTF8')), 'UTF8')
            WHERE aggregate_id = ANY($1::uuid[])
            """, [.ids(aggregates)])
    }

    /// Erases people from those of the dead letters at hand whose aggregates were erased before they came.
    static func eraseAgain(_ messages: [DeadMessage], at consumer: String, in sql: PostgresTransaction) async throws {
        let letters = try await sql.query(
            """
            SELECT seq FROM dead_letters WHERE consumer = $1
              AND message_id = ANY($2::uuid[]) AND aggregate_id IN (SELECT aggregate_id FROM erased_aggregates)
            """, [.text(consumer), .ids(messages.compactMap(\.messageID))]
        ) { try $0.int(0) }
        var found = letters
        // Rare, and then all that were ever erased are gone through.
        if messages.contains(where: { $0.aggregateID == nil }) {
            found += try await sql.query(
                """
                SELECT seq FROM dead_letters WHERE consumer = $1 AND aggregate_id IS NULL AND body = ANY($2::bytea[])
                  AND \(nameOneOfThem("(SELECT aggregate_id FROM erased_aggregates)"))
                """, [.text(consumer), .bytesArray(messages.filter { $0.aggregateID == nil }.map(\.body))]
            ) { try $0.int(0) }
        }
        try await erase(found, in: sql)
    }

    private static func nameOneOfThem(_ ids: String) -> String {
        "EXISTS (SELECT FROM \(ids) AS erased (id) WHERE position(convert_to(erased.id::text, 'UTF8') IN body) > 0)"
    }

    /// Errors may quote what they could not read, so that they go, too.
    private static func erase(_ letters: [Int64], in sql: PostgresTransaction) async throws {
        guard !letters.isEmpty else { return }
        try await sql.execute(
            """
            WITH erased AS (
                UPDATE dead_letters SET body = without_person(body), reason = 'erased',
                       headers = (headers::jsonb - '\(FailureHeader.error)')::json
                WHERE seq = ANY($1) RETURNING consumer, message_id, redrive_id
            ), redrives AS (
                UPDATE dead_letter_redrives SET outcome = 'The first message was not handled.'
                WHERE state = 'Stopped' AND redrive_id IN (SELECT redrive_id FROM erased)
            )
            UPDATE dead_letter_actions AS action SET detail = 'erased' FROM erased
            WHERE action.consumer = erased.consumer AND action.message_id = erased.message_id
              AND action.action IN ('Died', 'Refused', 'Released')
            """, [.ints(letters)])
    }
}

extension RetentionRule {
    /// Which aggregates were erased. Kept for longer than any message about them can be on its way.
    public static func erasures(kept: Duration = .seconds(365 * 86_400)) -> RetentionRule {
        RetentionRule(
            "erasures", kept: kept,
            steps: [
                .delete(
                    """
                    DELETE FROM erased_aggregates WHERE aggregate_id IN (
                        SELECT aggregate_id FROM erased_aggregates WHERE erased_at < now() - $1::interval
                        ORDER BY erased_at LIMIT $2)
                    """, limit: 1_000)
            ])
    }
}
