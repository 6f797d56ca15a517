import DomainKit
import Postgres

/// What messaging keeps about a person, for whoever asks what is known of them.
public enum HeldMessages {
    /// The messages in outbox and dead letters about `aggregates`, and the dead letters whose body names `person`.
    public static func find(
        about aggregates: [EntityID], naming person: EntityID, in sql: some PostgresStatements
    ) async throws -> [HeldText] {
        try await sql.query(
            """
            SELECT 'outbox', type, occurred_at, convert_to(payload, 'UTF8') FROM outbox
            WHERE aggregate_id = ANY($1::uuid[])
            UNION ALL
            SELECT 'dead letters', coalesce(type, ''), first_failed_at, body FROM dead_letters
            WHERE aggregate_id = ANY($1::uuid[]) OR position(convert_to($2, 'UTF8') IN body) > 0
            """, [.ids(aggregates), .text(person.description)]
        ) { row in
            HeldText(
                heldIn: try row.text(0), type: try row.text(1), at: try row.timestamp(2),
                text: String(decoding: try row.bytes(3), as: UTF8.self))
        }
    }
}
