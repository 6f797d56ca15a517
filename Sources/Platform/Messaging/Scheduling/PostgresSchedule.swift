import DomainKit
import Postgres

/// Keeps work that is to be done later in the table `scheduled_work`. A ``Scheduler`` does it.
public struct PostgresSchedule: Schedule {
    public init() {}

    public func add(_ work: [ScheduledWork], in unit: any UnitOfWork) async throws {
        guard !work.isEmpty else { return }
        try await unit.sql.enqueue(
            """
            INSERT INTO scheduled_work (id, kind, about, due_at, try_at, data, correlation_id, causation_id, traceparent,
                                        tracestate)
            SELECT id, kind, about, due_at, due_at, data::json, correlation_id, causation_id, traceparent, tracestate
            FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::timestamptz[], $5::text[], $6::text[], $7::uuid[],
                        $8::text[], $9::text[])
                 AS new (id, kind, about, due_at, data, correlation_id, causation_id, traceparent, tracestate)
            ORDER BY about
            ON CONFLICT DO NOTHING
            """,
            [
                .ids(work.map(\.id)), .texts(work.map(\.kind)), .ids(work.map(\.about)),
                .timestamps(work.map(\.dueAt)), .texts(work.map(\.data)),
                .texts(work.map(\.cause.correlationID)), .ids(work.map(\.cause.causationID)),
                .texts(work.map(\.cause.traceparent)), .texts(work.map(\.cause.tracestate)),
            ])
    }

    public func callOff(
        _ kind: String, about: Set<EntityID>, because reason: String, in unit: any UnitOfWork
    ) async throws {
        guard !about.isEmpty else { return }
        // In one order, so that two do not wait for each other's rows.
        try await unit.sql.enqueue(
            """
            WITH waiting AS MATERIALIZED (
                SELECT id FROM scheduled_work WHERE about = ANY($2::uuid[]) AND kind = $1 AND try_at IS NOT NULL
                ORDER BY about FOR UPDATE)
            UPDATE scheduled_work SET try_at = NULL, done_at = $3, outcome = $4, data = '{}'
            FROM waiting WHERE scheduled_work.id = waiting.id
            """, [.text(kind), .ids(Array(about)), .timestamp(unit.now), .text(reason)])
    }

    /// What the schedule holds of work about these that is still to be done: for who tells a person what is known of them.
    public static func held(about ids: [EntityID], in sql: some PostgresStatements) async throws -> [HeldText] {
        try await sql.query(
            """
            SELECT kind, due_at, data::text FROM scheduled_work WHERE about = ANY($1::uuid[]) AND try_at IS NOT NULL
            """, [.ids(ids)]
        ) { HeldText(heldIn: "scheduled work", type: try $0.text(0), at: try $0.timestamp(1), text: try $0.text(2)) }
    }

    /// Forgets all work about these, done or not: for who erases a person's data.
    ///
    /// Call it before locks are taken that doing the work takes, too: it waits for work that is being done.
    public static func erase(about ids: [EntityID], in sql: some PostgresStatements) async throws {
        try await sql.execute("DELETE FROM scheduled_work WHERE about = ANY($1::uuid[])", [.ids(ids)])
    }
}

extension ScheduledWork {
    /// What ``init(kind:_:)`` reads.
    static let columns = "id, about, due_at, data, correlation_id, causation_id, traceparent, tracestate"

    init(kind: String, _ row: borrowing PostgresRow) throws {
        self.init(
            id: try row.id(0), kind: kind, about: try row.optionalID(1), dueAt: try row.timestamp(2),
            data: try row.text(3),
            cause: Cause(
                correlationID: try row.text(4), causationID: try row.optionalID(5),
                traceparent: try row.optionalText(6), tracestate: try row.optionalText(7)))
    }
}

extension RetentionRule {
    /// Scheduled work that was done or called off.
    public static func scheduledWork(kept: Duration) -> RetentionRule {
        RetentionRule(
            "scheduled work", kept: kept,
            steps: [
                .delete(
                    """
                    DELETE FROM scheduled_work WHERE id IN (
                        SELECT id FROM scheduled_work WHERE done_at < now() - $1::interval ORDER BY done_at LIMIT $2)
                    """, limit: 1_000)
            ])
    }
}
