import Observability

/// What a relay counts.
struct RelayMetrics: Sendable {
    let published: Counter
    let unroutable: Counter
    let rejected: Counter
    let oldest: Gauge

    init(_ registry: MetricsRegistry) {
        published = registry.counter(
            "outbox_published_total", help: "Messages of the outbox that the broker confirmed.")
        unroutable = registry.counter("outbox_unroutable_total", help: "Publications that no queue wanted.")
        rejected = registry.counter("outbox_rejected_total", help: "Publications that the broker could not take.")
        oldest = registry.gauge(
            "outbox_oldest_seconds", help: "The age of the oldest row that was there to be published, or 0.")
    }
}
