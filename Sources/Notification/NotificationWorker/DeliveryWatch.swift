import Lifecycle
import NotificationApplication
import NotificationDomain
import Observability

/// Looks again and again for what is due to be delivered: what another process wrote, what is to be tried again, what was
/// left behind by a worker that died. All lanes of a process share its looks.
public final class DeliveryWatch: Service {
    public let name = "delivery-watch"

    private let queue: any DeliveryQueue
    private let channels: [Channel]
    private let wakeUp: DeliveryWakeUp
    private let interval: Duration
    private let logger: Logger
    private let waiting: Gauge
    private let ages: Gauge

    /// - Parameters:
    ///   - channels: those that this process delivers.
    ///   - interval: the longest pause between two looks.
    public init(
        _ queue: any DeliveryQueue, channels: [Channel], wakeUp: DeliveryWakeUp, interval: Duration = .seconds(1),
        logger: Logger = .silent, metrics: MetricsRegistry = .shared
    ) {
        self.queue = queue
        self.channels = channels
        self.wakeUp = wakeUp
        self.interval = interval
        self.logger = logger.with(.service(name))
        waiting = metrics.gauge(
            "notification_deliveries_due",
            help: "Notifications that are due to be delivered and that nobody delivers yet, by channel; "
                + "\(Self.countLimit) stands for that many or more. Every notification worker tells the same.")
        ages = metrics.gauge(
            "notification_delivery_oldest_due_age_seconds",
            help: "For how long the first notification has been due to be delivered, by channel; 0 where none is. "
                + "Every notification worker tells the same.")
    }

    private static let countLimit = 1_000

    public func run(until shutdown: ShutdownSignal) async {
        await shutdown.lookAgain(
            every: interval / 1.2, logger: logger, complaint: "what is to be delivered could not be looked for"
        ) { try await look() }
    }

    /// Looks now.
    func look() async throws {
        let due = try await queue.due(on: channels, limit: Self.countLimit)
        for channel in channels {
            let found = due[channel]
            waiting.set(Double(found?.count ?? 0), ["channel": channel.rawValue])
            ages.set((found?.age ?? .zero) / .seconds(1), ["channel": channel.rawValue])
            if let found { wakeUp.signal(found.count, on: channel) }
        }
    }
}
