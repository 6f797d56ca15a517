import NotificationDomain
import Observability

/// What becomes of deliveries, counted after the commit.
public struct DeliveryMetrics: Sendable {
    /// Those of this process.
    public static let shared = DeliveryMetrics(.shared)

    private let deliveries: Counter
    private let durations: Histogram

    public init(_ registry: MetricsRegistry) {
        deliveries = registry.counter(
            "notification_deliveries_total",
            help: "What became of deliveries in this process, by channel and outcome: sent, deferred, failed, skipped.")
        durations = registry.histogram(
            "notification_delivery_duration_seconds",
            help: "How long it took to hand a notification to its channel, whatever came of it.",
            buckets: Histogram.longSeconds)
    }

    func note(_ result: DeliveryResult) {
        let channel = result.channel.rawValue
        deliveries.increment(["channel": channel, "outcome": result.outcome.label])
        if let handedOver = result.handedOver { durations.observe(handedOver.duration, ["channel": channel]) }
    }
}

extension DeliveryResult.Outcome {
    fileprivate var label: String {
        switch self {
        case .sent: "sent"
        case .deferred: "deferred"
        case .failed: "failed"
        case .skipped: "skipped"
        }
    }
}
