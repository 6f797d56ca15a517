import AMQP
import DomainKit
import Lifecycle
import Observability
import Postgres

/// Moves the messages of one dead-letter queue to the table `dead_letters`, where a person can see and redrive them.
///
/// A message is acknowledged after the commit; one that comes twice is known by its id and the number of its redrive.
/// One that dies again after a redrive updates its row and adds to its history. While the database or the broker is
/// away it waits. A message that cannot be stored stays in its queue, and harms no other.
public final class DeadLetterCollector: Service {
    public let name: String
    private static let batchSize = 64

    private let consumer: String
    private let queue: String
    private let deliveries: any DeliverySource
    private let heartbeat: Duration
    private let archive: any DeadLetterArchive
    private let logger: Logger
    private let clock: any WallClock
    private let timing: any Timing
    private let status: ConnectionStatus
    private let collected: Counter

    /// - Parameters:
    ///   - subscription: whose dead letters to collect.
    ///   - broker: where the queue is; one connection.
    ///   - pool: where the table is.
    public convenience init<Event: IntegrationEvent>(
        _ subscription: Subscription<Event>, on broker: BrokerSettings, into pool: PostgresPool,
        logger: Logger = .silent, clock: any WallClock = SystemClock(), metrics: MetricsRegistry = .shared
    ) {
        self.init(
            subscription,
            deliveries: AMQPConnection(broker.named("\(broker.name) \(subscription.deadLetterQueue)")),
            heartbeat: broker.heartbeat, into: PostgresDeadLetterArchive(pool: pool), logger: logger, clock: clock,
            metrics: metrics)
    }

    /// A collector between any broker and any database.
    init<Event: IntegrationEvent>(
        _ subscription: Subscription<Event>, deliveries: any DeliverySource, heartbeat: Duration,
        into archive: any DeadLetterArchive, logger: Logger, clock: any WallClock,
        timing: any Timing = SystemTiming(), metrics: MetricsRegistry
    ) {
        consumer = subscription.queue
        queue = subscription.deadLetterQueue
        name = "dead-letters \(subscription.queue)"
        self.deliveries = deliveries
        self.heartbeat = heartbeat
        self.archive = archive
        self.logger = logger.with(.queue(subscription.deadLetterQueue))
        self.clock = clock
        self.timing = timing
        status = ConnectionStatus(logger: self.logger)
        collected = metrics.counter(
            "dead_letters_collected_total", help: "Deaths of messages that were written down, by consumer.")
    }

    public var health: Health { status.health }

    public func run(until shutdown: ShutdownSignal) async {
        let observer = shutdown.onTrigger { self.deliveries.interrupt() }
        await Reconnection(connection: deliveries, status: status, timing: timing).run(
            until: shutdown, servingHeartbeatsOf: [deliveries], every: max(heartbeat / 3, .seconds(1))
        ) {
            try await collect(until: shutdown)
        }
        shutdown.removeObserver(observer)
    }

    private func collect(until shutdown: ShutdownSignal) async throws {
        let pause = Pause(until: shutdown, logger: logger, timing: timing)
        try await deliveries.open()
        try await deliveries.declare(
            Topology(queues: [SubscriptionTopology.deadLetterQueue(named: queue)]))
        try await deliveries.consume(queue, prefetch: 200)
        status.didReach()
        while !shutdown.isTriggered {
            let batch = try await deliveries.receive(max: Self.batchSize, wait: .seconds(60))
            for tag in try await settle(batch, pause) { try await deliveries.acknowledge(tag, multiple: false) }
        }
    }

    /// Stores all, or each alone where that fails.
    /// - Returns: the tags of those that are stored.
    private func settle(_ batch: [Delivery], _ pause: Pause) async throws -> [UInt64] {
        guard !batch.isEmpty else { return [] }
        do {
            try await pause.whileAway { try await self.store(batch) }
            return batch.map(\.tag)
        } catch let stop as ConsumerStopped {
            throw stop
        } catch  where batch.count == 1 {
            // Unacknowledged, it is delivered again with the next connection.
            logger.error("dead letter cannot be stored and stays in its queue", .error(error))
            return []
        } catch {
            var tags: [UInt64] = []
            for delivery in batch { tags += try await settle([delivery], pause) }
            return tags
        }
    }

    private func store(_ batch: [Delivery]) async throws {
        let now = clock.now
        let new = try await archive.store(batch.map { DeadMessage($0, at: now) }, of: consumer, at: now)
        guard new > 0 else { return }
        collected.increment(by: new, ["consumer": consumer])
        logger.warn("dead letters wait for a person", .count(new))
    }
}
