import DomainKit
import Lifecycle
import Locking
import Observability
import Postgres

/// Tells in the metrics how many events wait in an outbox and how old the oldest is.
///
/// Every process that writes to the outbox may run one, so that somebody tells also when no relay runs: all of them
/// tell the same. A look costs the same however much there is, since only so many rows are counted, along the primary
/// key: a table that was large once would be read to its end.
public final class OutboxWatch: Service {
    public let name = "outbox-watch"

    /// What there was at the last look.
    private struct Backlog {
        var oldest: Timestamp?
        var count = 0
    }

    private let pool: PostgresPool
    private let interval: Duration
    private let countLimit: Int
    private let logger: Logger
    private let backlog = Mutex<Backlog?>(nil)

    /// - Parameters:
    ///   - pool: where the outbox is.
    ///   - interval: how often to look (±20 %).
    ///   - countLimit: how many rows are counted; of more, PostgreSQL's own estimate is told.
    public init(
        _ pool: PostgresPool, interval: Duration = .seconds(5), countLimit: Int = 10_000, logger: Logger = .silent,
        clock: any WallClock = SystemClock(), metrics: MetricsRegistry = .shared
    ) {
        self.pool = pool
        self.interval = interval
        self.countLimit = countLimit
        self.logger = logger.with(.service(name))
        // By the age of the row, not of the look: it also grows while the database is away.
        metrics.read(
            .gauge, "outbox_oldest_unpublished_age_seconds",
            help: "Age of the oldest event that waits to be published, 0 where none does."
        ) { [weak self] in
            self.map { $0.samples { $0.oldest.map { max(0, clock.now.since($0) / .seconds(1)) } ?? 0 } }
        }
        metrics.read(
            .gauge, "outbox_unpublished_messages",
            help: "Events that wait to be published; beyond \(countLimit) an estimate."
        ) { [weak self] in
            self.map { $0.samples { Double($0.count) } }
        }
    }

    public func run(until shutdown: ShutdownSignal) async {
        await shutdown.lookAgain(every: interval, logger: logger, complaint: "the outbox could not be looked at") {
            try await look()
        }
    }

    /// Looks now.
    /// - Throws: ``PostgresError``.
    func look() async throws {
        let found = try await pool.first(
            """
            SELECT (SELECT occurred_at FROM outbox ORDER BY seq LIMIT 1),
                   CASE WHEN counted < $1 THEN counted
                        ELSE greatest(counted, pg_stat_get_live_tuples('outbox'::regclass)) END
            FROM (SELECT count(*) AS counted FROM (SELECT FROM outbox ORDER BY seq LIMIT $1) AS entry) AS backlog
            """, [.int(countLimit)]
        ) { Backlog(oldest: try $0.optionalTimestamp(0), count: try $0.integer(1)) }
        backlog.withLock { $0 = found }
    }

    private func samples(_ value: (Backlog) -> Double) -> [(labels: MetricLabels, value: Double)] {
        backlog.withLock { $0 }.map { [([:], value($0))] } ?? []
    }
}
