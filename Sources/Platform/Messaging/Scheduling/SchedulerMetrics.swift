import DomainKit
import Locking
import Observability

/// What a scheduler tells. Its series are there from the start, with zeros.
final class SchedulerMetrics: Sendable {
    enum Outcome: String, CaseIterable {
        case done, failed
    }

    private let work: [String: [Outcome: Counter.Series]]
    private let kinds: [String]
    /// Of each kind, since when the oldest that is left is due, or from when it will be.
    private let oldest = Mutex<[String: Timestamp]>([:])

    init(_ registry: MetricsRegistry, kinds: [String], clock: any WallClock) {
        self.kinds = kinds
        let work = registry.counter(
            "scheduled_work_total", help: "Scheduled work by kind and what came of a try: done or failed.")
        self.work = Dictionary(
            uniqueKeysWithValues: kinds.map { kind in
                let series = Outcome.allCases.map { ($0, work.series(["kind": kind, "outcome": $0.rawValue])) }
                return (kind, Dictionary(uniqueKeysWithValues: series))
            })
        // By the age of the row, not of the look: it also grows while the database is away.
        registry.read(
            .gauge, "scheduled_work_due_age_seconds",
            help: "For how long the oldest work that is due has waited to be done, 0 where none has."
        ) { [weak self] in
            self?.samples(at: clock.now)
        }
    }

    func count(_ outcome: Outcome, of kind: String, _ number: Int) {
        if number > 0 { work[kind]?[outcome]?.increment(by: number) }
    }

    func note(_ dueTimes: [(kind: String, dueAt: Timestamp)]) {
        oldest.withLock { $0 = Dictionary(dueTimes.map { ($0.kind, $0.dueAt) }, uniquingKeysWith: min) }
    }

    private func samples(at now: Timestamp) -> [(labels: MetricLabels, value: Double)] {
        let oldest = oldest.withLock { $0 }
        return kinds.map { kind in
            (["kind": kind], oldest[kind].map { max(0, now.since($0) / .seconds(1)) } ?? 0)
        }
    }
}
