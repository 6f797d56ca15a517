import Observability

/// What a consumer counts.
struct ConsumerMetrics: Sendable {
    enum Outcome: String {
        case handled, duplicate, retried
        case deadLettered = "dead_lettered"
    }

    private let messages: Counter
    private let batches: Histogram
    private let queue: String

    init(_ registry: MetricsRegistry, queue: String) {
        self.queue = queue
        messages = registry.counter(
            "consumer_messages_total", help: "Messages that were settled, by queue and outcome.")
        batches = registry.histogram("consumer_batch_seconds", help: "How long a batch's transaction took.")
    }

    func count(_ outcome: Outcome, _ number: Int = 1) {
        if number > 0 { messages.increment(by: number, ["queue": queue, "outcome": outcome.rawValue]) }
    }

    func observe(_ duration: Duration) { batches.observe(duration, ["queue": queue]) }
}
