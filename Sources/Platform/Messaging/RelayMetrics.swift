import Observability

/// What a relay counts. Its series are there from the start, with zeros.
struct RelayMetrics: Sendable {
    let published: Counter.Series
    /// How long a round took from the first message to the last confirm.
    let publishing: Histogram.Series
    let rejected: Counter.Series
    let unconfirmed: Counter.Series
    private let failures: Counter

    init(_ registry: MetricsRegistry) {
        published = registry.counter(
            "outbox_published_total", help: "Messages of the outbox that the broker confirmed."
        ).series()
        publishing = registry.histogram(
            "outbox_publish_duration_seconds", help: "From the first message of a round to its last confirm.",
            buckets: Histogram.shortSeconds
        ).series()
        failures = registry.counter(
            "outbox_publish_failures_total",
            help:
                "Publications that failed and will be tried again, by reason and, where no queue wanted it, routing key."
        )
        rejected = failures.series(["reason": "rejected", "routing_key": ""])
        unconfirmed = failures.series(["reason": "unconfirmed", "routing_key": ""])
    }

    func countUnroutable(_ routingKey: String) {
        failures.increment(["reason": "unroutable", "routing_key": routingKey])
    }
}
