import DomainKit
import Locking
import Postgres

/// Work failed, for a reason of its own.
struct WorkFailed: Error {
    /// What was being done; nothing of it is.
    let work: [EntityID]
    let error: any Error
}

/// The statements of a scheduler.
struct SchedulerDesk: Sendable {
    private let pool: PostgresPool
    private let units: any UnitOfWorkProvider
    private let timing: Scheduler.Timing

    init(_ pool: PostgresPool, units: any UnitOfWorkProvider, timing: Scheduler.Timing) {
        self.pool = pool
        self.units = units
        self.timing = timing
    }

    /// Does what is due of a kind, in one unit of work.
    /// - Returns: how many were done.
    /// - Throws: ``WorkFailed``, and what means that the database is away.
    func doDue(_ kind: KindOfWork, limit: Int) async throws -> Int {
        let claimed = Mutex<[EntityID]>([])
        do {
            return try await units.perform { work in
                let due = try await work.sql.query(
                    """
                    SELECT \(ScheduledWork.columns) FROM scheduled_work WHERE kind = $1 AND try_at <= $2
                    ORDER BY try_at LIMIT $3 FOR UPDATE SKIP LOCKED
                    """, [.text(kind.name), .timestamp(work.now), .int(limit)]
                ) { try ScheduledWork(kind: kind.name, $0) }
                claimed.withLock { $0 = due.map(\.id) }
                guard !due.isEmpty else { return 0 }
                let outcome = try await kind.handler(due, work)
                try await work.sql.enqueue(
                    """
                    UPDATE scheduled_work SET try_at = NULL, done_at = $2, outcome = $3, data = '{}'
                    WHERE id = ANY($1::uuid[])
                    """, [.ids(due.map(\.id)), .timestamp(work.now), .text(outcome)])
                if let next = kind.next {
                    try await add(kind, at: next(due.map(\.dueAt).reduce(work.now, max)), in: work)
                }
                return due.count
            }
        } catch  where Pause.isNobodysFault(error) {
            throw error
        } catch {
            let work = claimed.withLock { $0 }
            throw work.isEmpty ? error : WorkFailed(work: work, error: error)
        }
    }

    /// Has work that failed tried again later.
    func note(_ error: any Error, of id: EntityID, at now: Timestamp) async throws {
        let milliseconds = { (duration: Duration) in PostgresValue.int(Int64(duration / .milliseconds(1))) }
        try await pool.execute(
            """
            UPDATE scheduled_work
            SET failures = failures + 1, last_error = $2,
                try_at = $3::timestamptz + interval '1 ms'
                         * least($5::bigint, $4::bigint * power(2, least(failures, 30)))
            WHERE id = $1 AND try_at IS NOT NULL
            """,
            [
                .id(id), .text(String("\(error)".filter { $0 != "\0" }.prefix(500))), .timestamp(now),
                milliseconds(timing.retryAfter), milliseconds(timing.retryAtMostAfter),
            ])
    }

    /// Sees to it that recurring work has a next time.
    func plan(_ kind: KindOfWork, at now: Timestamp) async throws {
        guard let next = kind.next?(now) else { return }
        try await units.perform { work in
            try await work.sql.execute(
                """
                DELETE FROM scheduled_work
                WHERE kind = $1 AND about IS NULL AND try_at > $2 AND failures = 0 AND due_at <> $3
                """, [.text(kind.name), .timestamp(now), .timestamp(next)])
            let isPlanned = try await work.sql.first(
                "SELECT EXISTS (SELECT FROM scheduled_work WHERE kind = $1 AND about IS NULL AND try_at IS NOT NULL)",
                [.text(kind.name)]
            ) { try $0.bool(0) }
            if isPlanned != true { try await add(kind, at: next, in: work) }
        }
    }

    private func add(_ kind: KindOfWork, at time: Timestamp, in work: any UnitOfWork) async throws {
        let id = EntityID.v7(at: work.now)
        let next = ScheduledWork(
            id: id, kind: kind.name, about: nil, dueAt: time, data: "{}",
            cause: Cause(correlationID: id.description))
        try await PostgresSchedule().add([next], in: work)
    }

    /// Of each kind that has work left: when the next is to be tried, and since when the oldest is due or will be.
    func next(of kinds: [String]) async throws -> [(kind: String, tryAt: Timestamp, dueAt: Timestamp)] {
        try await pool.query(
            """
            SELECT kind, next.try_at, least(next.try_at, failing.due_at)
            FROM unnest($1::text[]) AS known (kind)
            CROSS JOIN LATERAL (
                SELECT try_at FROM scheduled_work AS work WHERE work.kind = known.kind AND try_at IS NOT NULL
                ORDER BY try_at LIMIT 1) AS next
            LEFT JOIN LATERAL (
                SELECT min(due_at) AS due_at FROM scheduled_work AS work
                WHERE work.kind = known.kind AND try_at IS NOT NULL AND failures > 0) AS failing ON true
            """, [.texts(kinds)]
        ) { (kind: try $0.text(0), tryAt: try $0.timestamp(1), dueAt: try $0.timestamp(2)) }
    }
}
