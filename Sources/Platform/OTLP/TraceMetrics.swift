import Observability
import Tracing

/// What the export of spans counts, by OpenTelemetry's names for the metrics of an SDK.
struct TraceMetrics: Sendable {
    enum Failure: String {
        /// The collector was away or overloaded for longer than the batch was tried.
        case temporary = "unavailable"
        case refused
    }

    private let processed: Counter
    private let exported: Counter
    private let queue: SpanQueue

    init(_ registry: MetricsRegistry, queue: SpanQueue) {
        self.queue = queue
        processed = registry.counter(
            "otel_sdk_processor_span_processed_total",
            help: "Spans that left the queue to be sent, or were dropped because it was full (error_type).")
        exported = registry.counter(
            "otel_sdk_exporter_span_exported_total",
            help: "Spans that the collector took, or did not (error_type).")
    }

    /// Counts what was dropped since the last time.
    func noteDropped() {
        let dropped = queue.takeDropped()
        if dropped > 0 { processed.increment(by: dropped, ["error_type": "queue_full"]) }
    }

    func exported(_ count: Int, rejected: Int) {
        processed.increment(by: count + rejected)
        exported.increment(by: count)
        if rejected > 0 { exported.increment(by: rejected, ["error_type": "rejected"]) }
    }

    func failed(_ count: Int, _ failure: Failure) {
        processed.increment(by: count)
        exported.increment(by: count, ["error_type": failure.rawValue])
    }
}
