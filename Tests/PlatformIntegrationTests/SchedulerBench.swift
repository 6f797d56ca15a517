import DomainKit
import Lifecycle
import Observability
import Postgres
import TestKit
import Testing

@testable import Messaging

/// A schedule on a database of its own, with a clock that the test moves. Work that is done leaves a row in `deeds`.
struct SchedulerBench: Sendable {
    /// A handler's own failure.
    struct Poison: Error {}

    static let kind = "deed"

    let database: TestDatabase
    let clock = MovableClock()
    let units: PostgresUnitOfWorkProvider
    let log: PostgresScheduledWorkLog

    static func with<Value: Sendable>(
        _ body: @Sendable (SchedulerBench) async throws -> Value
    ) async throws -> Value {
        // The domain that has the table.
        try await TestDatabase.with(migrator: "NotificationMigrator") { database in
            try await database.pool.execute("CREATE TABLE deeds (id uuid NOT NULL, at timestamptz NOT NULL)")
            return try await body(SchedulerBench(database))
        }
    }

    private init(_ database: TestDatabase) {
        self.database = database
        units = PostgresUnitOfWorkProvider(database.pool, clock: clock)
        log = PostgresScheduledWorkLog(database.pool)
    }

    /// Does what it is given, and then `more`.
    func handler(
        _ more: @escaping @Sendable ([ScheduledWork], any UnitOfWork) async throws -> Void = { _, _ in }
    ) -> KindOfWork.Handler {
        { due, work in
            try await work.sql.execute(
                "INSERT INTO deeds SELECT id, $2 FROM unnest($1::uuid[]) AS done (id)",
                [.ids(due.map(\.id)), .timestamp(work.now)])
            try await more(due, work)
            return "done by the test"
        }
    }

    /// A worker's scheduler.
    func scheduler(
        of kinds: KindOfWork..., metrics: MetricsRegistry = MetricsRegistry()
    ) -> Scheduler {
        Scheduler(of: kinds, in: database.pool, units: units, clock: clock, metrics: metrics)
    }

    /// One that does deeds in units of work of at most `batchSize`.
    func worker(
        batchSize: Int = 50,
        _ more: @escaping @Sendable ([ScheduledWork], any UnitOfWork) async throws -> Void = { _, _ in }
    ) -> Scheduler {
        scheduler(of: .once(Self.kind, batchSize: batchSize, handler: handler(more)))
    }

    /// Puts deeds into the schedule, each about something of its own.
    @discardableResult
    func add(_ count: Int = 1, dueIn delay: Duration = .zero) async throws -> [ScheduledWork] {
        let work = (0..<count).map { _ in
            ScheduledWork(
                id: .v7(at: clock.now), kind: Self.kind, about: .v7(), dueAt: clock.now + delay, data: #"{"a":"ö"}"#,
                cause: Cause(correlationID: "request", causationID: .v7(), traceparent: "00-1-2-01"))
        }
        try await units.perform { try await PostgresSchedule().add(work, in: $0) }
        return work
    }

    func entries(_ state: ScheduledWorkState? = nil, kind: String? = nil) async throws -> [ScheduledWorkEntry] {
        try await log.entries(kind: kind, state: state, before: nil, limit: 1_000)
    }

    func count(_ sql: String) async throws -> Int {
        try await database.pool.first(sql) { try $0.integer(0) } ?? 0
    }
}
