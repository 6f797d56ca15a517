import Observability

/// What the connections of a process tell of its database, by OpenTelemetry's names.
///
/// One name differs: `db_client_connections` is `db.client.connection.count` there, but `_count` belongs to histograms in
/// Prometheus.
final class PostgresMetrics: Sendable {
    /// The kinds of statement that are told apart; what begins in another way is the last.
    private static let operations = [
        "SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "BEGIN", "COMMIT", "ROLLBACK", "OTHER",
    ]

    private let waiting: Histogram.Series
    private let timeouts: Counter.Series
    private let durations: [Histogram.Series]

    init(_ registry: MetricsRegistry) {
        waiting = registry.histogram(
            "db_client_connection_wait_time_seconds", help: "How long it took to get a connection from the pool.",
            buckets: Histogram.shortSeconds
        ).series()
        timeouts = registry.counter(
            "db_client_connection_timeouts_total", help: "How often none became free in time."
        ).series()
        let durations = registry.histogram(
            "db_client_operation_duration_seconds",
            help: "Time from sending a statement to its result, by its first word. COMMIT has the flush to disk in it.",
            buckets: Histogram.shortSeconds)
        self.durations = Self.operations.map {
            durations.series(["db_operation_name": $0, "db_system_name": "postgresql"])
        }
    }

    func observeWait(since began: ContinuousClock.Instant) { waiting.observe(.now - began) }

    func countTimeouts(_ number: Int) { timeouts.increment(by: number) }

    /// - Parameter sql: the statement; all that is looked at is how it begins.
    func observe(_ sql: String, since began: ContinuousClock.Instant) {
        durations[Self.operation(of: sql)].observe(.now - began)
    }

    /// Which of ``operations`` a statement is.
    static func operation(of sql: String) -> Int {
        var bytes = sql.utf8[...]
        while let first = bytes.first, first <= 0x20 { bytes.removeFirst() }
        // Two letters tell them apart.
        let start = bytes.prefix(2).reduce(0) { $0 << 8 | UInt16($1 & 0xDF) }
        return initials.firstIndex(of: start) ?? operations.count - 1
    }

    private static let initials = operations.dropLast().map { name in
        name.utf8.prefix(2).reduce(0) { $0 << 8 | UInt16($1) }
    }

    /// The label of a statement.
    static func operationName(of sql: String) -> String { operations[operation(of: sql)] }
}

extension MetricsRegistry {
    /// Adds what a pool holds just now.
    /// - Parameter pool: nil once it is gone.
    func addPool(limit: Int, _ pool: @escaping @Sendable () -> (used: Int, idle: Int, waiting: Int)?) {
        read(.gauge, "db_client_connections", help: "Connections of the pool, by whether somebody uses them.") {
            pool().map { pool in
                [("used", pool.used), ("idle", pool.idle)].map {
                    (["db_client_connection_state": $0], Double($1))
                }
            }
        }
        read(.gauge, "db_client_connection_max", help: "The most connections that the pool opens.") {
            pool().map { _ in [([:], Double(limit))] }
        }
        read(.gauge, "db_client_connection_pending_requests", help: "Callers that wait for a connection.") {
            pool().map { [([:], Double($0.waiting))] }
        }
    }
}
