import AMQP
import DomainKit
import Lifecycle
import Observability
import Postgres
import Tracing

/// Feeds the messages of one queue to a handler, each with its effects exactly once.
///
/// Messages that have arrived share a transaction: the inbox sorts out those handled before, the handler gets the rest in
/// the order of delivery, what it publishes goes to the outbox, and after the commit all are acknowledged. When a batch
/// fails it is done again one by one. A message that fails comes back after each of the retry delays, and then goes to
/// the dead letters with the reason; one that cannot be read goes there at once. While the database or the broker is
/// away the consumer waits, and no attempt is counted.
public final class Consumer<Event: IntegrationEvent>: Service {
    /// Handles events in one transaction: all of them, or it throws.
    public typealias Handler = @Sendable ([Received<Event>], any UnitOfWork) async throws -> Void
    /// Says what follows from an event that could not be handled, in a transaction of its own.
    public typealias GivenUp = @Sendable ([Received<Event>], _ reason: String, any UnitOfWork) async throws -> Void

    public let name: String
    private let subscription: Subscription<Event>
    private let deliveries: any DeliverySource
    private let failures: any MessagePublisher
    private let heartbeat: Duration
    private let settings: ConsumerSettings
    private let timing: any Timing
    private let status: ConnectionStatus
    private let makeProcessor: @Sendable (ShutdownSignal) -> BatchProcessor<Event>

    /// - Parameters:
    ///   - broker: where the queue is; one connection to receive, and one more once something fails.
    ///   - inbox: where the inbox and the outbox are, and the transactions of the handler.
    ///   - wakeUp: told after each commit that published something; the relay of this process listens to it.
    ///   - tracer: begins the span of each message.
    ///   - whenGivenUp: called once, after the last attempt at a message failed and before it goes to the dead letters:
    ///     the place to publish that it failed.
    ///   - handler: called with at least one event.
    public convenience init(
        _ subscription: Subscription<Event>, on broker: BrokerSettings, inbox: PostgresPool,
        wakeUp: OutboxWakeUp? = nil, settings: ConsumerSettings = ConsumerSettings(), logger: Logger = .silent,
        clock: any WallClock = SystemClock(), metrics: MetricsRegistry = .shared, tracer: Tracer = .shared,
        whenGivenUp: GivenUp? = nil, handler: @escaping Handler
    ) {
        let broker = broker.named("\(broker.name) \(subscription.queue)")
        self.init(
            subscription, deliveries: AMQPConnection(broker),
            failures: AMQPConnection(broker.named("\(broker.name) failures")), heartbeat: broker.heartbeat,
            inbox: PostgresInboxStore(
                pool: inbox, clock: clock, events: EventLog(logger: logger.with(.queue(subscription.queue)))),
            wakeUp: wakeUp, settings: settings, logger: logger,
            clock: clock, metrics: metrics, tracer: tracer, whenGivenUp: whenGivenUp, handler: handler)
    }

    /// A consumer between any broker and any database.
    init(
        _ subscription: Subscription<Event>, deliveries: any DeliverySource, failures: any MessagePublisher,
        heartbeat: Duration, inbox: any InboxStore, wakeUp: OutboxWakeUp?, settings: ConsumerSettings, logger: Logger,
        clock: any WallClock, timing: any Timing = SystemTiming(), metrics: MetricsRegistry,
        tracer: Tracer = .shared, whenGivenUp: GivenUp?, handler: @escaping Handler
    ) {
        name = "consumer \(subscription.queue)"
        self.subscription = subscription
        self.deliveries = deliveries
        self.failures = failures
        self.heartbeat = heartbeat
        self.settings = settings
        self.timing = timing
        let logger = logger.with(.queue(subscription.queue))
        status = ConnectionStatus(logger: logger)
        let metrics = ConsumerMetrics(metrics, queue: subscription.queue)
        let topology = Self.topology(subscription, settings)
        makeProcessor = { shutdown in
            BatchProcessor(
                queue: subscription.queue, retryDelays: settings.retryDelays, inbox: inbox, wakeUp: wakeUp,
                clock: clock, timing: timing, logger: logger, tracer: tracer, metrics: metrics,
                failures: FailurePublisher(connection: failures, topology: topology),
                pause: Pause(until: shutdown, logger: logger, timing: timing), handler: handler,
                whenGivenUp: whenGivenUp)
        }
    }

    public var health: Health { status.health }

    private static func topology(_ subscription: Subscription<Event>, _ settings: ConsumerSettings) -> Topology {
        SubscriptionTopology(
            queue: subscription.queue, routingKey: Event.routingKey, retryDelays: settings.retryDelays
        ).topology
    }

    public func run(until shutdown: ShutdownSignal) async {
        let processor = makeProcessor(shutdown)
        let observer = shutdown.onTrigger { self.deliveries.interrupt() }
        await Reconnection(connection: deliveries, status: status, timing: timing).run(
            until: shutdown, servingHeartbeatsOf: [deliveries, failures], every: max(heartbeat / 3, .seconds(1))
        ) {
            try await consume(with: processor, until: shutdown)
        }
        shutdown.removeObserver(observer)
        await failures.close()
    }

    /// Consumes on one connection until the shutdown, or throws what broke it.
    private func consume(with processor: BatchProcessor<Event>, until shutdown: ShutdownSignal) async throws {
        try await deliveries.open()
        try await deliveries.declare(Self.topology(subscription, settings))
        try await deliveries.consume(subscription.queue, prefetch: settings.prefetch)
        status.didReach()
        var settled = Acknowledgements(batchSize: settings.batchSize, prefetch: settings.prefetch)
        do {
            try await withTaskExecutorPreference(deliveries.preferredExecutor) {
                while !shutdown.isTriggered {
                    try await handleNext(with: processor, &settled)
                }
            }
        } catch {
            // What is settled is settled, also where the next batch cannot be.
            if let tag = settled.takeAll() { try? await deliveries.acknowledge(tag, multiple: true) }
            throw error
        }
        if let tag = settled.takeAll() { try await deliveries.acknowledge(tag, multiple: true) }
    }

    private func handleNext(
        with processor: BatchProcessor<Event>, _ settled: inout Acknowledgements
    ) async throws {
        let batch = try await deliveries.receive(max: settings.batchSize, wait: settled.patience(at: timing.now))
        if let last = batch.last {
            try await processor.process(batch)
            settled.settle(last.tag, count: batch.count, at: timing.now)
        }
        if let tag = settled.take(at: timing.now) { try await deliveries.acknowledge(tag, multiple: true) }
    }
}
