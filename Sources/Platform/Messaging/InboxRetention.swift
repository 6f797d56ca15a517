import DomainKit
import Lifecycle
import Observability
import Postgres

/// Deletes from the inbox what is too old to be delivered again, so that it does not grow for ever.
public final class InboxRetention: Service {
    public let name = "inbox-retention"
    /// Small, so that no transaction holds back the vacuum for long.
    private static let batchSize = 5_000

    private let pool: PostgresPool
    private let keep: Duration
    private let interval: Duration
    private let logger: Logger
    private let clock: any WallClock

    /// - Parameters:
    ///   - keep: how long a message is remembered. Longer than a dead letter may wait before it is redriven (15 days).
    ///   - interval: how often to delete (±20 %).
    public init(
        _ pool: PostgresPool, keep: Duration = .seconds(16 * 86_400), interval: Duration = .seconds(3_600),
        logger: Logger = .silent, clock: any WallClock = SystemClock()
    ) {
        self.pool = pool
        self.keep = keep
        self.interval = interval
        self.logger = logger.with(.service("inbox-retention"))
        self.clock = clock
    }

    public func run(until shutdown: ShutdownSignal) async {
        while await shutdown.sleep(for: Backoff.jittered(interval)) {
            do {
                let deleted = try await prune(until: shutdown)
                if deleted > 0 { logger.info("old messages forgotten", .count(deleted)) }
            } catch {
                // The next round does it.
                logger.warn("old messages could not be forgotten", .error(error))
            }
        }
    }

    /// Deletes what is old now.
    /// - Returns: how many rows that were.
    /// - Throws: ``PostgresError``.
    @discardableResult
    public func prune(until shutdown: ShutdownSignal = ShutdownSignal()) async throws(PostgresError) -> Int {
        let end = clock.now - keep
        // Ids of version 7 begin with their time, so the old ones lie together at the front of the key.
        let bound = EntityID(high: UInt64(max(0, end.microseconds / 1_000)) << 16, low: 0)
        var total = 0
        while !shutdown.isTriggered {
            let deleted = try await pool.execute(
                """
                DELETE FROM processed_messages WHERE (message_id, consumer) IN (
                    SELECT message_id, consumer FROM processed_messages
                    WHERE message_id < $1 AND processed_at < $2 ORDER BY message_id LIMIT $3)
                """, [.id(bound), .timestamp(end), .int(Self.batchSize)])
            total += deleted
            if deleted < Self.batchSize { break }
        }
        return total
    }
}
