import AMQP
import DomainKit
import Lifecycle
import Observability
import Postgres
import Synchronization

/// A relay's work on one session with the database and one connection to the broker. What breaks either ends it.
struct RelaySession {
    private let connection: PostgresConnection
    private let publisher: AMQPConnection
    private let wakeUp: OutboxWakeUp
    private let settings: RelaySettings
    private let logger: Logger
    private let metrics: RelayMetrics
    private let status: ConnectionStatus
    private var locks: ShardLocks
    private var parked: ParkedRoutes
    private var nextBalance = ContinuousClock.now
    private var nextKeepAlive = ContinuousClock.now

    init(
        _ connection: PostgresConnection, _ publisher: AMQPConnection, wakeUp: OutboxWakeUp, settings: RelaySettings,
        logger: Logger, metrics: RelayMetrics, status: ConnectionStatus
    ) {
        self.connection = connection
        self.publisher = publisher
        self.wakeUp = wakeUp
        self.settings = settings
        self.logger = logger
        self.metrics = metrics
        self.status = status
        locks = ShardLocks(connection)
        parked = ParkedRoutes(limit: settings.unroutableRetryLimit)
    }

    mutating func run(until shutdown: ShutdownSignal) async throws {
        let connection = connection
        let signal = Signal()
        let observer = wakeUp.onSignal {
            signal.set()
            connection.interrupt()
        }
        let stop = shutdown.onTrigger { connection.interrupt() }
        defer {
            wakeUp.removeObserver(observer)
            shutdown.removeObserver(stop)
        }
        try await connection.execute("LISTEN \(OutboxWakeUp.channel)")
        try await locks.announce()
        // Publishing to an exchange that is missing closes the channel.
        try await publisher.declare(Topology(exchanges: [Topology.Exchange(eventsExchange)]))
        while !shutdown.isTriggered {
            let wasWoken = signal.take()
            try await balance()
            try await probeParkedRoutes()
            if wasWoken, !locks.holdsAll { try await wakeOtherRelays() }
            let isMoving = try await publishBatch()
            status.didReach()
            if isMoving { continue }
            try await keepAlive()
            // A signal during a statement interrupts nothing, and what it tells of may have come after the reading.
            if signal.isSet { continue }
            _ = try await connection.waitForNotification(timeout: settings.pollInterval)
        }
    }

    // MARK: - Publishing

    /// Publishes what is there, up to the size of a batch.
    /// - Returns: whether to look for more at once.
    private mutating func publishBatch() async throws -> Bool {
        guard !locks.held.isEmpty else { return false }
        let entries = try await read()
        metrics.oldest.set(entries.first.map { SystemClock().now.since($0.occurredAt) / .seconds(1) } ?? 0)
        var heldBack: Set<EntityID> = []
        var isMoving = false
        for round in entries.rounds {
            let entries = round.filter { !heldBack.contains($0.aggregateID) }
            let outcome = try await publish(entries)
            heldBack.formUnion(outcome.heldBack)
            isMoving = isMoving || outcome.isMoving
        }
        return isMoving
    }

    private mutating func publish(_ entries: [OutboxEntry]) async throws -> (heldBack: Set<EntityID>, isMoving: Bool) {
        guard !entries.isEmpty else { return ([], false) }
        let report = try await publisher.publish(entries.map(\.message))
        var confirmed: [Int64] = []
        var heldBack: Set<EntityID> = []
        var isMoving = false
        for (entry, outcome) in zip(entries, report.outcomes) {
            switch outcome {
            case .confirmed:
                confirmed.append(entry.seq)
            case .unroutable(let reason):
                heldBack.insert(entry.aggregateID)
                if park(entry.route, reason) { isMoving = true }
            case .rejected:
                heldBack.insert(entry.aggregateID)
                metrics.rejected.increment()
            case .unknown:
                break
            }
        }
        if !confirmed.isEmpty {
            try await connection.execute("DELETE FROM outbox WHERE seq = ANY($1)", [.ints(confirmed)])
            metrics.published.increment(by: confirmed.count)
        }
        if let failure = report.failure { throw failure }
        return (heldBack, isMoving || !confirmed.isEmpty)
    }

    /// The oldest rows of this relay's shards. What is parked, and what an aggregate said after it, stays out.
    private func read() async throws -> [OutboxEntry] {
        let shards = PostgresValue.ints(locks.held.sorted())
        let limit = PostgresValue.int(settings.batchSize)
        guard !parked.isEmpty else {
            return try await connection.query(
                "SELECT \(OutboxEntry.columns) FROM outbox WHERE shard = ANY($1) ORDER BY seq LIMIT $2",
                [shards, limit],
                as: OutboxEntry.init)
        }
        return try await connection.query(
            """
            SELECT \(OutboxEntry.columns) FROM outbox AS entry
            WHERE shard = ANY($1) AND exchange || ' ' || routing_key <> ALL($3)
              AND NOT EXISTS (SELECT FROM outbox AS earlier
                              WHERE earlier.aggregate_id = entry.aggregate_id AND earlier.seq < entry.seq
                                AND earlier.exchange || ' ' || earlier.routing_key = ANY($3))
            ORDER BY seq LIMIT $2
            """, [shards, limit, .texts(parked.keys)], as: OutboxEntry.init)
    }

    // MARK: - What no queue wants

    /// - Returns: whether the route was not parked before.
    private mutating func park(_ route: OutboxEntry.Route, _ reason: String) -> Bool {
        metrics.unroutable.increment(["routing_key": route.routingKey])
        let isNew = parked.park(route, at: .now)
        if isNew {
            logger.warn(
                "event reaches no queue and stays in the outbox", LogField("exchange", route.exchange),
                LogField("routing_key", route.routingKey), .reason(reason))
        }
        return isNew
    }

    /// Tries one message of each parked route whose pause is over.
    private mutating func probeParkedRoutes() async throws {
        for route in parked.due(at: .now) {
            let entry = try await connection.first(
                """
                SELECT \(OutboxEntry.columns) FROM outbox AS entry
                WHERE shard = ANY($1) AND exchange = $2 AND routing_key = $3
                  AND NOT EXISTS (SELECT FROM outbox AS earlier
                                  WHERE earlier.aggregate_id = entry.aggregate_id AND earlier.seq < entry.seq)
                ORDER BY seq LIMIT 1
                """, [.ints(locks.held.sorted()), .text(route.exchange), .text(route.routingKey)], as: OutboxEntry.init)
            guard let entry else {
                // Nothing of it is left, or what is left waits for another route: the next batch tells.
                parked.release(route)
                continue
            }
            let outcome = try await publish([entry])
            guard outcome.heldBack.isEmpty else { continue }
            parked.release(route)
            logger.info("event reaches a queue again", LogField("routing_key", route.routingKey))
        }
    }

    // MARK: - Housekeeping

    private mutating func balance() async throws {
        guard nextBalance <= .now else { return }
        try await locks.balance()
        nextBalance = .now + settings.balanceInterval
    }

    private mutating func keepAlive() async throws {
        guard nextKeepAlive <= .now else { return }
        try await publisher.keepAlive()
        nextKeepAlive = .now + .seconds(5)
    }

    /// What this process committed may lie in a shard of another relay.
    private func wakeOtherRelays() async throws {
        try await connection.execute("SELECT pg_notify($1, '')", [.text(OutboxWakeUp.channel)])
    }
}

/// Whether the process's own consumers have committed something since the last look.
private final class Signal: Sendable {
    private let flag = Atomic(false)
    var isSet: Bool { flag.load(ordering: .acquiring) }
    func set() { flag.store(true, ordering: .releasing) }
    func take() -> Bool { flag.exchange(false, ordering: .acquiringAndReleasing) }
}
