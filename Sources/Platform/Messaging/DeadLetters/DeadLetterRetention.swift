import DomainKit
import Lifecycle
import Observability
import Postgres

/// Deletes dead letters, and what is written of them, when nobody has cared for long.
///
/// A message may be forgotten by the inbox only after its dead letter: otherwise a redrive could handle it twice.
public final class DeadLetterRetention: Service {
    public let name = "dead-letter-retention"
    /// The advisory lock of a round: one worker at a time.
    private static let lock = 0x7477_0004
    /// Small, so that no transaction holds back the vacuum for long.
    private static let batchSize = 1_000
    private static let statements = [
        """
        DELETE FROM dead_letters WHERE seq IN (
            SELECT seq FROM dead_letters WHERE died_at < $1 AND status <> 'Queued' ORDER BY died_at LIMIT $2)
        """,
        """
        DELETE FROM dead_letter_redrives WHERE redrive_id IN (
            SELECT redrive_id FROM dead_letter_redrives WHERE finished_at < $1 LIMIT $2)
        """,
        """
        DELETE FROM dead_letter_actions WHERE seq IN (
            SELECT seq FROM dead_letter_actions AS action WHERE at < $1
              AND NOT EXISTS (SELECT FROM dead_letters AS letter
                              WHERE letter.message_id = action.message_id AND letter.consumer = action.consumer)
            ORDER BY at LIMIT $2)
        """,
    ]

    private let pool: PostgresPool
    private let keep: Duration
    private let interval: Duration
    private let logger: Logger
    private let clock: any WallClock

    /// - Parameters:
    ///   - keep: how long after its last death a dead letter is kept. Shorter than the inbox remembers messages (16 days).
    ///   - interval: how often to delete (±20 %).
    public init(
        _ pool: PostgresPool, keep: Duration = .seconds(15 * 86_400), interval: Duration = .seconds(3_600),
        logger: Logger = .silent, clock: any WallClock = SystemClock()
    ) {
        self.pool = pool
        self.keep = keep
        self.interval = interval
        self.logger = logger.with(.service("dead-letter-retention"))
        self.clock = clock
    }

    public func run(until shutdown: ShutdownSignal) async {
        while await shutdown.sleep(for: Backoff.jittered(interval)) {
            do {
                let deleted = try await prune(until: shutdown)
                if deleted > 0 { logger.info("old dead letters deleted", .count(deleted)) }
            } catch {
                // The next round does it.
                logger.warn("old dead letters could not be deleted", .error(error))
            }
        }
    }

    /// Deletes what is old now, unless another worker is at it.
    /// - Returns: how many rows that were, of all tables.
    @discardableResult
    public func prune(until shutdown: ShutdownSignal = ShutdownSignal()) async throws -> Int {
        let end = clock.now - keep
        var total = 0
        for statement in Self.statements {
            var deleted = Self.batchSize
            while deleted == Self.batchSize, !shutdown.isTriggered {
                deleted = try await pool.transaction { transaction in
                    let isFree = try await transaction.first(
                        "SELECT pg_try_advisory_xact_lock($1::int, 0)", [.int(Self.lock)]
                    ) { try $0.bool(0) }
                    guard isFree == true else { return 0 }
                    return try await transaction.execute(statement, [.timestamp(end), .int(Self.batchSize)])
                }
                total += deleted
            }
        }
        return total
    }
}
