import Observability

/// What a consumer counts. Its series are there from the start, with zeros.
struct ConsumerMetrics: Sendable {
    enum Outcome: String, CaseIterable {
        case handled, duplicate, retried
        case deadLettered = "dead_lettered"
    }

    private let messages: [Outcome: Counter.Series]
    private let batches: Histogram.Series
    private let critical: Histogram.Series

    init(_ registry: MetricsRegistry, queue: String) {
        let messages = registry.counter(
            "consumer_messages_total", help: "Messages that were settled, by queue and outcome.")
        self.messages = Dictionary(
            uniqueKeysWithValues: Outcome.allCases.map {
                ($0, messages.series(["queue": queue, "outcome": $0.rawValue]))
            })
        batches = registry.histogram(
            "consumer_batch_duration_seconds", help: "How long the transaction of a batch took.",
            buckets: Histogram.shortSeconds
        ).series(["queue": queue])
        critical = registry.histogram(
            "consumer_critical_time_seconds",
            help: "Critical time: from when an event happened until what follows from it was committed.",
            buckets: Histogram.longSeconds
        ).series(["queue": queue])
    }

    func count(_ outcome: Outcome, _ number: Int = 1) {
        if number > 0 { messages[outcome]?.increment(by: number) }
    }

    func observe(_ duration: Duration) { batches.observe(duration) }

    /// - Parameter age: from when an event happened, by its publisher's clock, until now, by this one's.
    func observeCriticalTime(_ age: Duration) { critical.observe(max(.zero, age)) }
}
