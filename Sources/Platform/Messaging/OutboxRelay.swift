import AMQP
import Lifecycle
import Observability
import Postgres
import Tracing

/// How a relay works. The defaults suit a laptop as well as production.
public struct RelaySettings: Sendable {
    /// How many rows are published before their confirms are awaited.
    public var batchSize: Int
    /// How long to wait for a wake-up before looking into the outbox all the same.
    public var pollInterval: Duration
    /// How often to look whether shards have to be taken over from, or left to, another relay.
    public var balanceInterval: Duration
    /// The longest pause between two tries to publish what no queue wanted.
    public var unroutableRetryLimit: Duration

    public init(
        batchSize: Int = 500, pollInterval: Duration = .milliseconds(250),
        balanceInterval: Duration = .milliseconds(500),
        unroutableRetryLimit: Duration = .seconds(15)
    ) {
        self.batchSize = batchSize
        self.pollInterval = pollInterval
        self.balanceInterval = balanceInterval
        self.unroutableRetryLimit = unroutableRetryLimit
    }
}

/// Publishes what is committed to the outbox, and deletes what the broker has confirmed.
///
/// Every row is published at least once. Several relays share the work by shards, each of them held by a lock of the
/// session that also deletes; the shards of one that dies go to the others. No transaction is open while it talks to the
/// broker. While the broker or the database is away it waits, and costs the rows nothing.
public final class OutboxRelay: Service {
    public let name = "outbox-relay"

    private let store: any OutboxStore
    private let publisher: any MessagePublisher
    private let wakeUp: OutboxWakeUp
    private let settings: RelaySettings
    private let timing: any Timing
    private let logger: Logger
    private let metrics: RelayMetrics
    private let tracer: Tracer
    private let status: ConnectionStatus

    /// - Parameters:
    ///   - pool: where the outbox is. The relay keeps one of its connections.
    ///   - broker: where to publish to, on a connection of its own.
    ///   - wakeUp: what this process's own consumers signal.
    ///   - tracer: begins the span of each message that is published.
    public convenience init(
        from pool: PostgresPool, to broker: BrokerSettings, wakeUp: OutboxWakeUp = OutboxWakeUp(),
        settings: RelaySettings = RelaySettings(), logger: Logger = .silent, metrics: MetricsRegistry = .shared,
        tracer: Tracer = .shared
    ) {
        self.init(
            from: PostgresOutboxStore(pool: pool), to: AMQPConnection(broker.named("\(broker.name) outbox-relay")),
            wakeUp: wakeUp, settings: settings, logger: logger, metrics: metrics, tracer: tracer)
    }

    /// A relay between any database and any broker.
    init(
        from store: any OutboxStore, to publisher: any MessagePublisher, wakeUp: OutboxWakeUp, settings: RelaySettings,
        timing: any Timing = SystemTiming(), logger: Logger, metrics: MetricsRegistry, tracer: Tracer = .shared
    ) {
        self.store = store
        self.publisher = publisher
        self.wakeUp = wakeUp
        self.settings = settings
        self.timing = timing
        self.logger = logger.with(.service("outbox-relay"))
        self.metrics = RelayMetrics(metrics)
        self.tracer = tracer
        status = ConnectionStatus(logger: self.logger)
    }

    public var health: Health { status.health }

    public func run(until shutdown: ShutdownSignal) async {
        await Reconnection(connection: publisher, status: status, timing: timing).run(until: shutdown) {
            try await publisher.open()
            try await store.withSession { session in
                var work = RelaySession(
                    session, publisher, wakeUp: wakeUp, settings: settings, timing: timing, logger: logger,
                    metrics: metrics, tracer: tracer, status: status)
                try await work.run(until: shutdown)
            }
        }
    }
}
