import DomainKit
import Lifecycle
import Locking
import Observability
import Postgres

/// Counts requests, together with the other processes of an API.
///
/// A request is decided from memory. Every half second a process adds what it has let through to the table
/// `request_counts`, with one statement, and learns what all have let through. Somebody can therefore make as many
/// requests as the limit says, and besides them what the processes let through before they heard of each other: in half a
/// second, each at most the limit. While the database is away each process counts for itself.
public final class RateLimiter: Service {
    public let name = "rate-limits"
    /// So many counts travel together; more wait for the next exchange.
    private static let mostShares = 10_000

    private let settings: RateLimitSettings
    private let database: PostgresPool
    private let logger: Logger
    private let clock: any WallClock
    private let failures = LogLimit(every: .seconds(60))
    private let counts = Mutex(RateCounts())

    /// - Parameter database: where the API's migrator has made the table.
    public init(
        _ settings: RateLimitSettings, sharing database: PostgresPool, logger: Logger = .silent,
        clock: any WallClock = SystemClock()
    ) {
        self.settings = settings
        self.database = database
        self.logger = logger.with(.service("rate-limits"))
        self.clock = clock
    }

    /// Limits requests by where they come from, before anybody looks who makes them: the first filter of an API.
    public var byAddress: RateLimitFilter { RateLimitFilter(.address, by: self, settings) }
    /// Limits requests by who makes them: behind the filter that knows callers.
    public var byCaller: RateLimitFilter { RateLimitFilter(.caller, by: self, settings) }

    func admit(_ who: String, by limit: RateLimit) -> RateCounts.Verdict {
        counts.withLock { $0.admit(who, by: limit, at: clock.now) }
    }

    public func run(until shutdown: ShutdownSignal) async {
        guard settings.isOn else { return await shutdown.wait() }
        var nextCleaning = ContinuousClock.now
        while await shutdown.sleep(for: settings.exchangeInterval) {
            do {
                try await exchange()
                guard ContinuousClock.now >= nextCleaning else { continue }
                nextCleaning = .now + Backoff.jittered(max(settings.window, .seconds(60)))
                try await forgetOldWindows()
            } catch {
                guard let heldBack = failures.admit() else { continue }
                logger.warn("requests are counted for this process alone", .error(error), .heldBack(heldBack))
            }
        }
    }

    /// Tells the other processes what this one has let through, and learns what all have.
    func exchange() async throws(PostgresError) {
        let shares = counts.withLock { $0.takeShares(atMost: Self.mostShares, at: clock.now) }
        guard !shares.isEmpty else { return }
        do throws(PostgresError) {
            // In one order everywhere, or two processes that wait for each other's rows deadlock.
            let totals = try await database.query(
                """
                INSERT INTO request_counts AS known (counted, window_end, requests)
                SELECT counted, window_end, requests
                FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS share (counted, window_end, requests)
                ORDER BY counted, window_end
                ON CONFLICT (counted, window_end) DO UPDATE SET requests = known.requests + excluded.requests
                RETURNING counted, window_end, requests
                """,
                [.texts(shares.map(\.key)), .ints(shares.map { Int($0.windowEnd) }), .ints(shares.map(\.requests))]
            ) { row in
                RateCounts.Share(key: try row.text(0), windowEnd: try row.int(1), requests: try row.integer(2))
            }
            counts.withLock { $0.learn(totals, after: shares) }
        } catch {
            counts.withLock { $0.keep(shares) }
            throw error
        }
    }

    /// Windows that ended a minute ago are over by the clock of every process.
    func forgetOldWindows() async throws(PostgresError) {
        try await database.execute(
            "DELETE FROM request_counts WHERE window_end < $1", [.int(clock.now.microseconds / 1_000_000 - 60)])
    }
}
