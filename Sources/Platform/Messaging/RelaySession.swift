import AMQP
import DomainKit
import Lifecycle
import Locking
import Observability
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
    /// What the broker has and the outbox still holds. Where the next look is due at once it is deleted on the way there,
    /// which saves a round trip; else before the relay sleeps, and before others may come by its rows.
    private var confirmed: [Int64] = []
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
        let observer = wakeUp.onSignal { if signal.set() { session.interrupt() } }
        let stop = shutdown.onTrigger { session.interrupt() }
        defer {
            wakeUp.removeObserver(observer)
            shutdown.removeObserver(stop)
        }
        try await session.announce()
        // Publishing to an exchange that is missing closes the channel.
        try await publisher.declare(Topology(exchanges: [Topology.Exchange(eventsExchange)]))
        do {
            try await work(signal, until: shutdown)
        } catch {
            // What broke may be the broker alone; else these are published again.
            try? await deleteConfirmed()
            throw error
        }
        try await deleteConfirmed()
    }

    private mutating func work(_ signal: Signal, until shutdown: ShutdownSignal) async throws {
        while !shutdown.isTriggered {
            let wasWoken = signal.take()
            try await balance()
            try await probeParkedRoutes()
            // What this process committed may lie in a shard of another relay.
            if wasWoken, !locks.holdsAll { try await session.wakeRelays() }
            let mayHaveMore = try await publishBatch()
            status.didReach()
            if mayHaveMore { continue }
            try await keepAlive()
            // What a signal tells of may have come after the reading. A notification waits in the session.
            guard signal.beginsToWait() else { continue }
            defer { signal.endsToWait() }
            // The next look may be far away.
            try await deleteConfirmed()
            try await session.waitForWakeUp(limit: settings.pollInterval)
        }
    }

    // MARK: - Publishing

    /// Publishes what is there, up to the size of a batch.
    /// - Returns: whether to look for more at once. After less than a full batch there is none, but for what is being
    ///   committed meanwhile, and that comes with a signal or a notification.
    private mutating func publishBatch() async throws -> Bool {
        guard !locks.held.isEmpty else { return false }
        let entries = try await session.oldest(
            settings.batchSize, of: locks.held.sorted(), besides: parked.all, deleting: confirmed)
        confirmed = []
        var heldBack: Set<EntityID> = []
        var isMoving = false
        for round in entries.rounds {
            let entries = round.filter { !heldBack.contains($0.aggregateID) }
            let outcome = try await publish(entries)
            heldBack.formUnion(outcome.heldBack)
            isMoving = isMoving || outcome.isMoving
        }
        return isMoving && entries.count >= settings.batchSize
    }

    private mutating func publish(_ entries: [OutboxEntry]) async throws -> (heldBack: Set<EntityID>, isMoving: Bool) {
        guard !entries.isEmpty else { return ([], false) }
        let spans = PublishSpans(entries.map(\.message), tracer)
        defer { spans.endUnpublished() }
        let began = timing.now
        let report = try await publisher.publish(spans.messages)
        metrics.publishing.observe(timing.now - began)
        spans.end(report.outcomes)
        let before = confirmed.count
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
        let published = confirmed.count - before
        if published > 0 { metrics.published.increment(by: published) }
        if let failure = report.failure { throw failure }
        return (heldBack, isMoving || published > 0)
    }

    private mutating func deleteConfirmed() async throws {
        guard !confirmed.isEmpty else { return }
        try await session.delete(confirmed)
        confirmed = []
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
        let due = parked.due(at: timing.now)
        if !due.isEmpty { try await deleteConfirmed() }
        for route in due {
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
        // Before another relay gets their shard.
        try await deleteConfirmed()
        try await locks.balance()
        nextBalance = timing.now + settings.balanceInterval
    }

    private mutating func keepAlive() async throws {
        guard nextKeepAlive <= timing.now else { return }
        try await publisher.keepAlive()
        nextKeepAlive = timing.now + .seconds(5)
    }
}

/// Whether the process's own consumers have committed something since the last look, and whether the relay sleeps.
private final class Signal: Sendable {
    private struct State {
        var isSet = false
        var isWaiting = false
    }

    private let state = Mutex(State())

    /// - Returns: whether the relay has to be woken. While it works it looks by itself.
    func set() -> Bool {
        state.withLock { state in
            state.isSet = true
            return state.isWaiting
        }
    }

    func take() -> Bool {
        state.withLock { state in
            defer { state.isSet = false }
            return state.isSet
        }
    }

    /// - Returns: false where there is a signal, and no time to wait. From here on each one has to wake the relay.
    func beginsToWait() -> Bool {
        state.withLock { state in
            state.isWaiting = !state.isSet
            return state.isWaiting
        }
    }

    func endsToWait() { state.withLock { $0.isWaiting = false } }
}
