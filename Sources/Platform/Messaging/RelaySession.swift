import AMQP
import DomainKit
import Lifecycle
import Observability
import Synchronization
import Tracing

/// A relay's work on one session with the database and one connection to the broker. What breaks either ends it.
struct RelaySession {
    private let session: any OutboxSession
    private let publisher: any MessagePublisher
    private let wakeUp: OutboxWakeUp
    private let settings: RelaySettings
    private let timing: any Timing
    private let logger: Logger
    private let metrics: RelayMetrics
    private let tracer: Tracer
    private let status: ConnectionStatus
    private var locks: ShardLocks
    private var parked: ParkedRoutes
    private var nextBalance: ContinuousClock.Instant
    private var nextKeepAlive: ContinuousClock.Instant

    init(
        _ session: any OutboxSession, _ publisher: any MessagePublisher, wakeUp: OutboxWakeUp,
        settings: RelaySettings, timing: any Timing, logger: Logger, metrics: RelayMetrics, tracer: Tracer,
        status: ConnectionStatus
    ) {
        self.session = session
        self.publisher = publisher
        self.wakeUp = wakeUp
        self.settings = settings
        self.timing = timing
        self.logger = logger
        self.metrics = metrics
        self.tracer = tracer
        self.status = status
        locks = ShardLocks(session)
        parked = ParkedRoutes(limit: settings.unroutableRetryLimit)
        nextBalance = timing.now
        nextKeepAlive = timing.now
    }

    mutating func run(until shutdown: ShutdownSignal) async throws {
        let session = session
        let signal = Signal()
        let observer = wakeUp.onSignal {
            signal.set()
            session.interrupt()
        }
        let stop = shutdown.onTrigger { session.interrupt() }
        defer {
            wakeUp.removeObserver(observer)
            shutdown.removeObserver(stop)
        }
        try await session.announce()
        // Publishing to an exchange that is missing closes the channel.
        try await publisher.declare(Topology(exchanges: [Topology.Exchange(eventsExchange)]))
        while !shutdown.isTriggered {
            let wasWoken = signal.take()
            try await balance()
            try await probeParkedRoutes()
            // What this process committed may lie in a shard of another relay.
            if wasWoken, !locks.holdsAll { try await session.wakeRelays() }
            let isMoving = try await publishBatch()
            status.didReach()
            if isMoving { continue }
            try await keepAlive()
            // A signal during a statement interrupts nothing, and what it tells of may have come after the reading.
            if signal.isSet { continue }
            try await session.waitForWakeUp(limit: settings.pollInterval)
        }
    }

    // MARK: - Publishing

    /// Publishes what is there, up to the size of a batch.
    /// - Returns: whether to look for more at once.
    private mutating func publishBatch() async throws -> Bool {
        guard !locks.held.isEmpty else { return false }
        let entries = try await session.oldest(settings.batchSize, of: locks.held.sorted(), besides: parked.all)
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
        let spans = PublishSpans(entries.map(\.message), tracer)
        defer { spans.endUnpublished() }
        let began = timing.now
        let report = try await publisher.publish(spans.messages)
        metrics.publishing.observe(timing.now - began)
        spans.end(report.outcomes)
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
                metrics.unconfirmed.increment()
            }
        }
        if !confirmed.isEmpty {
            try await session.delete(confirmed)
            metrics.published.increment(by: confirmed.count)
        }
        if let failure = report.failure { throw failure }
        return (heldBack, isMoving || !confirmed.isEmpty)
    }

    // MARK: - What no queue wants

    /// - Returns: whether the route was not parked before.
    private mutating func park(_ route: OutboxEntry.Route, _ reason: String) -> Bool {
        metrics.countUnroutable(route.routingKey)
        let isNew = parked.park(route, at: timing.now, jittered: timing.jittered)
        if isNew {
            logger.warn(
                "event reaches no queue and stays in the outbox", LogField("exchange", route.exchange),
                LogField("routing_key", route.routingKey), .reason(reason))
        }
        return isNew
    }

    /// Tries one message of each parked route whose pause is over.
    private mutating func probeParkedRoutes() async throws {
        for route in parked.due(at: timing.now) {
            let entry = try await session.oldest(on: route, of: locks.held.sorted())
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
        guard nextBalance <= timing.now else { return }
        try await locks.balance()
        nextBalance = timing.now + settings.balanceInterval
    }

    private mutating func keepAlive() async throws {
        guard nextKeepAlive <= timing.now else { return }
        try await publisher.keepAlive()
        nextKeepAlive = timing.now + .seconds(5)
    }
}

/// Whether the process's own consumers have committed something since the last look.
private final class Signal: Sendable {
    private let flag = Atomic(false)
    var isSet: Bool { flag.load(ordering: .acquiring) }
    func set() { flag.store(true, ordering: .releasing) }
    func take() -> Bool { flag.exchange(false, ordering: .acquiringAndReleasing) }
}
