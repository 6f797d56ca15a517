import Lifecycle
import NotificationApplication
import NotificationDomain
import Observability

/// Delivers what is to go by one channel. No transaction is open while it does so, and no queue waits for it.
///
/// It takes deliveries under a lease, hands them over, and records what became of them together with taking the next ones.
/// What it took and could not record is somebody's again once the lease ends: then a message may be handed over twice,
/// under the same identity.
public final class DeliveryLane: Service {
    public let name: String
    /// How long it waits for what is in flight when it is told to stop.
    private static let grace = Duration.seconds(15)

    private let loop: DeliveryLoop
    private let concurrency: Int
    private let wakeUp: DeliveryWakeUp
    private let logger: Logger

    /// - Parameters:
    ///   - wanted: the channel of the notifications that it delivers.
    ///   - channel: how they are delivered: by that channel, or by another that stands in for it.
    ///   - concurrency: how many are handed over at the same time, where the channel takes one at a time.
    public init(
        for wanted: Channel, through channel: any NotificationChannel, concurrency: Int = 1, steps: DeliverySteps,
        wakeUp: DeliveryWakeUp, logger: Logger = .silent
    ) {
        name = "delivery-\(wanted)"
        self.concurrency = channel.batchSize > 1 ? 1 : concurrency
        self.wakeUp = wakeUp
        self.logger = logger.with(.service(name))
        loop = DeliveryLoop(wanted: wanted, channel: channel, steps: steps, logger: self.logger)
    }

    public func run(until shutdown: ShutdownSignal) async {
        let loops = (0..<concurrency).map { _ in
            Task { [loop, wakeUp] in
                while !shutdown.isTriggered {
                    await wakeUp.wait(on: loop.wanted, until: shutdown)
                    await loop.deliverAll(until: shutdown)
                }
            }
        }
        let (end, report) = AsyncStream.makeStream(of: Void.self)
        Task {
            for loop in loops { await loop.value }
            report.finish()
        }
        await shutdown.wait()
        let patience = Task { [logger] in
            guard (try? await Task.sleep(for: Self.grace)) != nil else { return }
            logger.warn("deliveries in flight are left to their leases")
            report.finish()
        }
        for await _ in end {}
        patience.cancel()
    }
}
