import DomainKit
import Postgres

/// Reads the table `scheduled_work`.
public struct PostgresScheduledWorkLog: ScheduledWorkLog {
    private let pool: PostgresPool

    public init(_ pool: PostgresPool) { self.pool = pool }

    public func entries(
        kind: String?, state: ScheduledWorkState?, before id: EntityID?, limit: Int
    ) async throws -> [ScheduledWorkEntry] {
        let isInState =
            switch state {
            case .waiting: "try_at IS NOT NULL AND failures = 0"
            case .failing: "try_at IS NOT NULL AND failures > 0"
            case .done: "try_at IS NULL"
            case nil: "true"
            }
        let isOfKind = kind == nil ? "$3::text IS NULL" : "kind = $3"
        return try await pool.query(
            """
            SELECT id, kind, about, due_at, try_at, failures, last_error, done_at, outcome FROM scheduled_work
            WHERE id < $1 AND \(isOfKind) AND \(isInState)
            ORDER BY id DESC LIMIT $2
            """, [.id(id ?? EntityID(high: .max, low: .max)), .int(limit), .text(kind)]
        ) { row in
            let (next, failures) = (try row.optionalTimestamp(4), try row.integer(5))
            return ScheduledWorkEntry(
                id: try row.id(0), kind: try row.text(1), about: try row.optionalID(2),
                state: next == nil ? .done : failures > 0 ? .failing : .waiting, dueAt: try row.timestamp(3),
                nextTryAt: next, failures: failures, lastError: try row.optionalText(6),
                doneAt: try row.optionalTimestamp(7), outcome: try row.optionalText(8))
        }
    }
}
