import DomainKit
import Lifecycle
import Locking
import Observability
import Postgres

/// Does scheduled work when it is due: each once, however many workers there are.
///
/// Due rows of `scheduled_work` are claimed, done and marked as done in one transaction. So a worker that dies leaves
/// nothing half done, and another one does it. Work that fails is tried again, later and later, and keeps none of the
/// others; why it failed stands in its row.
public final class Scheduler: Service {
    public let name = "scheduler"

    /// Who looks, and how often.
    public struct Timing: Sendable {
        /// How long at most until the next look (±20 %): work may be added by other processes meanwhile.
        public var poll = Duration.seconds(12)
        /// How long after the first failure work is tried again; each further pause is twice as long.
        public var retryAfter = Duration.seconds(30)
        /// The longest pause.
        public var retryAtMostAfter = Duration.seconds(3_600)

        public init() {}
    }

    private let kinds: [KindOfWork]
    private let desk: SchedulerDesk
    private let timing: Timing
    private let clock: any WallClock
    private let logger: Logger
    private let metrics: SchedulerMetrics
    private let status: ConnectionStatus

    /// - Parameters:
    ///   - kinds: what can be done here. Work of another kind waits for a worker that knows it.
    ///   - units: opens units of work in `pool`; its clock must be `clock`.
    public init(
        of kinds: [KindOfWork], in pool: PostgresPool, units: any UnitOfWorkProvider, timing: Timing = Timing(),
        logger: Logger = .silent, clock: any WallClock = SystemClock(), metrics: MetricsRegistry = .shared
    ) {
        self.kinds = kinds
        self.timing = timing
        self.clock = clock
        self.logger = logger.with(.service("scheduler"))
        self.metrics = SchedulerMetrics(metrics, kinds: kinds.map(\.name), clock: clock)
        desk = SchedulerDesk(pool, units: units, timing: timing)
        status = ConnectionStatus(logger: self.logger)
    }

    public func run(until shutdown: ShutdownSignal) async {
        var isPlanned = false
        var backoff = Backoff(base: .milliseconds(500), limit: timing.poll)
        var pause = Duration.zero
        while await shutdown.sleep(for: pause) {
            do {
                if !isPlanned { try await plan() }
                isPlanned = true
                pause = try await look(until: shutdown)
                backoff.reset()
                status.didReach()
            } catch {
                // What was under way is undone, and the next look does it.
                if !shutdown.isTriggered { status.didFail(error) }
                pause = backoff.nextDelay()
            }
        }
    }

    /// Sees to it that all recurring work has its next time. Times that a worker with other settings chose, and that have not
    /// come yet, are replaced.
    func plan() async throws {
        for kind in kinds { try await desk.plan(kind, at: clock.now) }
    }

    /// Does all that is due.
    /// - Returns: how long to wait until the next look.
    @discardableResult
    func look(until shutdown: ShutdownSignal = ShutdownSignal()) async throws -> Duration {
        for kind in kinds { try await doDue(kind, until: shutdown) }
        let next = try await desk.next(of: kinds.map(\.name))
        metrics.note(next.map { ($0.kind, $0.dueAt) })
        guard let first = next.map(\.tryAt).min() else { return Backoff.jittered(timing.poll) }
        return max(.milliseconds(20), min(Backoff.jittered(timing.poll), first.since(clock.now)))
    }

    private func doDue(_ kind: KindOfWork, until shutdown: ShutdownSignal) async throws {
        // How many are still to be done one by one, since together they failed.
        var alone = 0
        while !shutdown.isTriggered {
            let limit = alone > 0 ? 1 : kind.batchSize
            do {
                let count = try await desk.doDue(kind, limit: limit)
                metrics.count(.done, of: kind.name, count)
                alone = max(0, alone - 1)
                guard count == limit else { return }
            } catch let failure as WorkFailed {
                guard failure.work.count == 1, let id = failure.work.first else {
                    alone = failure.work.count
                    continue
                }
                metrics.count(.failed, of: kind.name, 1)
                logger.warn(
                    "scheduled work failed and is tried again later", LogField("kind", kind.name),
                    LogField("work_id", id), .error(failure.error))
                try await desk.note(failure.error, of: id, at: clock.now)
                alone = max(0, alone - 1)
            }
        }
    }
}
