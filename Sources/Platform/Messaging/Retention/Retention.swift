import Lifecycle
import Observability
import Postgres

/// Deletes what is too old to be of use, so that no table grows for ever.
///
/// Of several workers one at a time is at it. Each step is a small transaction and can be done again at any time.
public final class Retention: Service {
    public let name = "retention"
    /// The advisory lock of a step.
    private static let lock = 0x7477_0004

    private let pool: PostgresPool
    private let rules: [RetentionRule]
    private let interval: Duration
    private let retryAfter: Duration
    private let logger: Logger

    /// - Parameters:
    ///   - rules: what is kept for how long. They do not wait for each other: where one fails the next is tried.
    ///   - interval: how often to delete (±20 %), beginning with the start.
    ///   - retryAfter: when to try again what failed, or what others were using; later and later, up to `interval`.
    public init(
        of rules: [RetentionRule], in pool: PostgresPool, interval: Duration = .seconds(3_600),
        retryAfter: Duration = .seconds(60), logger: Logger = .silent
    ) {
        self.pool = pool
        self.rules = rules
        self.interval = interval
        self.retryAfter = retryAfter
        self.logger = logger.with(.service("retention"))
    }

    public func run(until shutdown: ShutdownSignal) async {
        var failing: Set<String> = []
        var backoff = Backoff(base: min(retryAfter, interval), limit: interval)
        // Not all at once, where many workers start together.
        var pause = Backoff.jittered(.seconds(1))
        while await shutdown.sleep(for: pause) {
            for rule in rules where !shutdown.isTriggered {
                do {
                    let deleted = try await apply(rule, until: shutdown)
                    if deleted > 0 { logger.info("what was too old is deleted", .rule(rule), .count(deleted)) }
                    failing.remove(rule.name)
                } catch  where failing.insert(rule.name).inserted {
                    logger.warn("what is too old could not be deleted yet", .rule(rule), .error(error))
                } catch {
                    // It was told, and the next round does it.
                }
            }
            if failing.isEmpty { backoff.reset() }
            pause = failing.isEmpty ? Backoff.jittered(interval) : backoff.nextDelay()
        }
    }

    /// Does all that can be done for one rule now, unless another worker is at it.
    /// - Returns: how many rows, or tables of rows, were deleted.
    /// - Throws: ``PostgresError``.
    @discardableResult
    public func apply(_ rule: RetentionRule, until shutdown: ShutdownSignal = ShutdownSignal()) async throws -> Int {
        var total = 0
        for step in rule.steps {
            var count: Int
            repeat {
                count = try await perform(step, of: rule)
                total += step.limit == nil ? 0 : count
            } while count == step.limit && !shutdown.isTriggered
        }
        return total
    }

    private func perform(_ step: RetentionRule.Step, of rule: RetentionRule) async throws -> Int {
        try await pool.transaction { transaction in
            let isFree = try await transaction.first(
                "SELECT pg_try_advisory_xact_lock($1::int, 0)", [.int(Self.lock)]
            ) { try $0.bool(0) }
            guard isFree == true else { return 0 }
            return try await transaction.execute(step.sql, step.values(keeping: rule.kept))
        }
    }
}

extension LogField {
    fileprivate static func rule(_ rule: RetentionRule) -> LogField { LogField("kept", rule.name) }
}
