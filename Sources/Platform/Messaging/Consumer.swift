import AMQP
import DomainKit
import Lifecycle
import Observability
import Postgres

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
    private let broker: BrokerSettings
    private let settings: ConsumerSettings
    private let logger: Logger
    private let status: ConnectionStatus
    private let makeProcessor: @Sendable (ShutdownSignal, FailurePublisher) -> BatchProcessor<Event>

    /// - Parameters:
    ///   - broker: where the queue is; one connection to receive, and one more once something fails.
    ///   - inbox: where the inbox and the outbox are, and the transactions of the handler.
    ///   - wakeUp: told after each commit that published something; the relay of this process listens to it.
    ///   - whenGivenUp: called once, after the last attempt at a message failed and before it goes to the dead letters:
    ///     the place to publish that it failed.
    ///   - handler: called with at least one event.
    public init(
        _ subscription: Subscription<Event>, on broker: BrokerSettings, inbox: PostgresPool,
        wakeUp: OutboxWakeUp? = nil, settings: ConsumerSettings = ConsumerSettings(), logger: Logger = .silent,
        clock: any WallClock = SystemClock(), metrics: MetricsRegistry = .shared, whenGivenUp: GivenUp? = nil,
        handler: @escaping Handler
    ) {
        name = "consumer \(subscription.queue)"
        self.subscription = subscription
        self.broker = broker.named("\(broker.name) \(subscription.queue)")
        self.settings = settings
        let logger = logger.with(.queue(subscription.queue))
        self.logger = logger
        status = ConnectionStatus(logger: logger)
        let metrics = ConsumerMetrics(metrics, queue: subscription.queue)
        makeProcessor = { shutdown, failures in
            BatchProcessor(
                queue: subscription.queue, retryDelays: settings.retryDelays, pool: inbox, wakeUp: wakeUp, clock: clock,
                logger: logger, metrics: metrics, failures: failures, pause: Pause(until: shutdown, logger: logger),
                handler: handler, whenGivenUp: whenGivenUp)
        }
    }

    public var health: Health { status.health }

    private var topology: Topology {
        SubscriptionTopology(
            queue: subscription.queue, routingKey: Event.routingKey, retryDelays: settings.retryDelays
        ).topology
    }

    public func run(until shutdown: ShutdownSignal) async {
        let connection = AMQPConnection(broker)
        let failures = FailurePublisher(broker, topology: topology)
        let processor = makeProcessor(shutdown, failures)
        let observer = shutdown.onTrigger { connection.interrupt() }
        let heartbeats = Task { await self.keepAlive(connection, failures) }
        var backoff = Backoff()
        while !shutdown.isTriggered && !Task.isCancelled {
            do {
                try await consume(on: connection, with: processor, until: shutdown)
            } catch is ConsumerStopped {
                break
            } catch {
                if status.didFail(error) { backoff.reset() }
                await connection.close()
                await shutdown.sleep(for: backoff.nextDelay())
            }
        }
        heartbeats.cancel()
        shutdown.removeObserver(observer)
        await connection.close()
        await failures.close()
    }

    /// Consumes on one connection until the shutdown, or throws what broke it.
    private func consume(
        on connection: AMQPConnection, with processor: BatchProcessor<Event>, until shutdown: ShutdownSignal
    ) async throws {
        try await connection.open()
        try await connection.declare(topology)
        try await connection.consume(subscription.queue, prefetch: settings.prefetch)
        status.didReach()
        while !shutdown.isTriggered {
            let batch = try await connection.receive(max: settings.batchSize, wait: .seconds(60))
            guard let last = batch.last else { continue }
            try await processor.process(batch)
            try await connection.acknowledge(last.tag, multiple: true)
        }
    }

    /// Serves heartbeats while a handler takes its time or the database is away.
    private func keepAlive(_ connection: AMQPConnection, _ failures: FailurePublisher) async {
        let interval = max(broker.heartbeat / 3, .seconds(1))
        while (try? await Task.sleep(for: interval)) != nil {
            if await connection.isOpen { try? await connection.keepAlive() }
            await failures.keepAlive()
        }
    }
}
