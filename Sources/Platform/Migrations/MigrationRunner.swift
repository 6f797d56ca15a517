import Lifecycle
import Postgres

/// Brings the schema of one database to the state that the given files describe.
public struct MigrationRunner: Sendable {
    private let settings: PostgresSettings
    private let migrations: [Migration]
    private let databaseWait: Duration
    private let lockWait: Duration
    private let report: @Sendable (String) -> Void

    /// - Parameters:
    ///   - settings: The database. Its statement timeout is not used: a migration takes as long as it takes.
    ///   - databaseWait: How long to wait for a database that is not up yet.
    ///   - lockWait: How long to wait for another migrator.
    ///   - report: Is told, a line at a time, what is done.
    public init(
        _ settings: PostgresSettings, _ migrations: [Migration], databaseWait: Duration = .seconds(60),
        lockWait: Duration = .seconds(300), report: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        var settings = settings
        settings.statementTimeout = .zero
        settings.idleInTransactionTimeout = .zero
        settings.applicationName = "migrator"
        self.settings = settings
        self.migrations = migrations
        self.databaseWait = databaseWait
        self.lockWait = lockWait
        self.report = report
    }

    /// Applies what is missing, in order, while no other migrator works on the database.
    /// - Parameter isDryRun: Only reports what would be applied; neither waits for the lock nor changes anything.
    /// - Returns: The files that were (or would be) applied.
    @discardableResult
    public func up(isDryRun: Bool = false) async throws(MigrationError) -> [String] {
        try await withConnection { connection throws(MigrationError) in
            if isDryRun {
                let pending = try await checkedPlan(on: connection).pending
                for migration in pending { report("would apply \(migration.fileName)") }
                if pending.isEmpty { report("nothing to do") }
                return pending.map(\.fileName)
            }
            try await lock(connection)
            try await asking { () throws(PostgresError) in try await SchemaHistory.createTable(on: connection) }
            let pending = try await checkedPlan(on: connection).pending
            for migration in pending {
                let duration = try await apply(migration, on: connection)
                report("applied \(migration.fileName) in \(duration.inMilliseconds) ms")
            }
            report(pending.isEmpty ? "nothing to do: the schema is up to date" : "the schema is up to date")
            return pending.map(\.fileName)
        }
    }

    /// Holds the files against the history.
    /// - Throws: ``MigrationError`` for the first thing that is wrong, after reporting all.
    public func validate() async throws(MigrationError) {
        try await withConnection { connection throws(MigrationError) in
            let plan = try await checkedPlan(on: connection)
            report("valid: \(plan.applied.count) applied, \(plan.pending.count) pending")
        }
    }

    /// Reports the state of every file.
    public func status() async throws(MigrationError) {
        try await withConnection { connection throws(MigrationError) in
            let plan = try await plan(on: connection)
            for row in plan.applied {
                let state = row.isFinished ? "applied \(row.appliedAt)" : "unfinished, begun \(row.appliedAt)"
                report("\(row.fileName): \(state)")
            }
            for migration in plan.pending { report("\(migration.fileName): pending") }
            for fault in plan.faults { report("warning: \(fault)") }
        }
    }
}

// MARK: - Steps

extension MigrationRunner {
    private func plan(on connection: PostgresConnection) async throws(MigrationError) -> MigrationPlan {
        let applied = try await asking { () throws(PostgresError) in try await SchemaHistory.load(on: connection) }
        return try MigrationPlan(migrations, applied: applied)
    }

    private func checkedPlan(on connection: PostgresConnection) async throws(MigrationError) -> MigrationPlan {
        let plan = try await plan(on: connection)
        let faults = plan.faults
        if let first = faults.first {
            for fault in faults.dropFirst() { report("also: \(fault)") }
            throw first
        }
        return plan
    }

    private func apply(
        _ migration: Migration, on connection: PostgresConnection
    ) async throws(MigrationError) -> Duration {
        let start = ContinuousClock.now
        do {
            if migration.isTransactional {
                try await connection.transaction { transaction in
                    try await connection.script(migration.sql, file: migration.fileName, line: 1)
                    guard await connection.isInTransaction else {
                        throw PostgresError(.server, "it ends its own transaction, so it may have been applied in part")
                    }
                    try await SchemaHistory.insert(
                        migration, took: start.duration(to: .now), isFinished: true, with: transaction)
                }
            } else {
                // The row comes first, so that a run that ends in the middle can be seen by the next.
                try await SchemaHistory.insert(migration, took: .zero, isFinished: false, with: connection)
                try await connection.script(migration.sql, file: migration.fileName, line: 1)
                try await SchemaHistory.finish(migration, took: start.duration(to: .now), on: connection)
            }
        } catch let error as PostgresError {
            throw .failed(migration.fileName, error)
        } catch {
            throw .failed(migration.fileName, PostgresError(.server, "\(error)", underlying: error))
        }
        return start.duration(to: .now)
    }

    /// Polls for the lock. A session that blocks on it holds a snapshot meanwhile, for which `CREATE INDEX CONCURRENTLY`
    /// of the lock's holder would wait: a deadlock.
    private func lock(_ connection: PostgresConnection) async throws(MigrationError) {
        let deadline = ContinuousClock.now + lockWait
        var hasReported = false
        while true {
            let isLocked = try await asking { () throws(PostgresError) in
                try await connection.first("SELECT pg_try_advisory_lock($1)", [.int(SchemaHistory.lockKey)]) {
                    row throws(PostgresError) in try row.bool(0)
                }
            }
            if isLocked == true { return }
            if .now >= deadline { throw .locked(lockWait) }
            if !hasReported { report("another migrator is at work: waiting") }
            hasReported = true
            try await pause(.milliseconds(200))
        }
    }

    private func withConnection<Value: Sendable>(
        _ body: (PostgresConnection) async throws(MigrationError) -> Value
    ) async throws(MigrationError) -> Value {
        let connection = PostgresConnection(settings)
        try await open(connection)
        // Closing the session gives the lock back.
        do throws(MigrationError) {
            let value = try await body(connection)
            await connection.close()
            return value
        } catch {
            await connection.close()
            throw error
        }
    }

    private func open(_ connection: PostgresConnection) async throws(MigrationError) {
        let deadline = ContinuousClock.now + databaseWait
        var backoff = Backoff(base: .milliseconds(100), limit: .seconds(2))
        var hasReported = false
        while true {
            do throws(PostgresError) {
                return try await connection.open()
            } catch {
                guard error.isUnreachable, .now < deadline else { throw .database(error) }
                if !hasReported { report("waiting for the database: \(error.message)") }
                hasReported = true
            }
            try await pause(min(backoff.nextDelay(), ContinuousClock.now.duration(to: deadline)))
        }
    }

    private func asking<Value: Sendable>(
        _ body: () async throws(PostgresError) -> Value
    ) async throws(MigrationError) -> Value {
        do throws(PostgresError) { return try await body() } catch { throw .database(error) }
    }

    private func pause(_ duration: Duration) async throws(MigrationError) {
        do { try await Task.sleep(for: duration) } catch { throw .database(PostgresError(.cancelled, "cancelled")) }
    }
}
