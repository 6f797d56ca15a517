import Lifecycle

/// Refuses to start a process on a schema that is behind what it was built for.
///
/// Only migrators change schemas, so list this behind the pool: the process then ends with a message that says what to
/// run. A schema that is ahead is accepted, because migrations are made so that the release before them still works.
public struct SchemaCheck: Service {
    public let name = "schema"
    private let pool: PostgresPool
    private let required: Int
    private let migrator: String
    private let patience: Duration

    /// - Parameters:
    ///   - version: The highest migration that the process needs.
    ///   - migrator: The executable that applies it, such as `order-migrator`.
    ///   - patience: How long to wait for a database that cannot be reached yet.
    public init(
        _ pool: PostgresPool, requires version: Int, migrator: String, waitingFor patience: Duration = .seconds(30)
    ) {
        self.pool = pool
        required = version
        self.migrator = migrator
        self.patience = patience
    }

    /// - Throws: ``SchemaBehind``, or ``PostgresError`` when the database stays unreachable.
    public func prepare() async throws {
        let deadline = ContinuousClock.now + patience
        var backoff = Backoff(base: .milliseconds(100), limit: .seconds(1))
        while true {
            do {
                return try await check()
            } catch let error as PostgresError where error.isUnreachable && .now < deadline {
                try await Task.sleep(for: backoff.nextDelay())
            }
        }
    }

    public func run(until shutdown: ShutdownSignal) async { await shutdown.wait() }

    private func check() async throws {
        let version = try await Self.currentVersion(in: pool)
        if version < required { throw SchemaBehind(current: version, required: required, migrator: migrator) }
    }

    /// The highest migration that has been applied to its end; 0 in a database that no migrator has seen.
    public static func currentVersion(in database: some PostgresStatements) async throws(PostgresError) -> Int {
        do throws(PostgresError) {
            let sql = "SELECT coalesce(max(version), 0) FROM schema_history WHERE finished"
            return try await database.first(sql) { row throws(PostgresError) in try row.integer(0) } ?? 0
        } catch {
            guard error.sqlState == SQLState.undefinedTable else { throw error }
            return 0
        }
    }
}

/// A process was started on a schema that is older than it needs.
public struct SchemaBehind: Error, Equatable, CustomStringConvertible {
    /// The highest migration that has been applied.
    public let current: Int
    /// The highest migration that the process needs.
    public let required: Int
    /// The executable that applies what is missing.
    public let migrator: String

    public var description: String {
        "the database's schema is at version \(current) and version \(required) is needed: run \(migrator) first"
    }
}
