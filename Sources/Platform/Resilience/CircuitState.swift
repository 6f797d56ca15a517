/// The rules of a circuit breaker, without a clock, a lock or anybody to tell.
///
/// Closed, every call is let through, and the last ones are remembered. When enough of those failed it opens, and no call is
/// let through for a while; the first one after that is a probe (half open), which alone decides: a success closes the
/// circuit, with nothing remembered, and a failure opens it for as long again.
struct CircuitState: Sendable, Equatable {
    /// Whether calls are let through.
    enum Phase: String, Sendable, CaseIterable {
        case closed, open
        case halfOpen = "half_open"
    }

    /// What a call may do that was let through. What it tells counts only in the phase in which it began: a call from
    /// before the circuit opened must not decide about the probe.
    struct Permit: Sendable, Equatable {
        fileprivate let era: Int
    }

    /// How a call ended.
    enum Result: Sendable {
        case success, failure
        /// It says nothing about the other side, as where its task was cancelled.
        case nothing
    }

    private let settings: CircuitBreakerSettings
    private(set) var phase = Phase.closed
    /// Counts the changes of phase.
    private var era = 0
    /// Whether each of the last calls failed, the oldest first.
    private var failures: [Bool] = []
    private var opensAgainAt: ContinuousClock.Instant?

    init(_ settings: CircuitBreakerSettings) { self.settings = settings }

    /// Asks for a call at `now`; nil where it must not be made.
    mutating func admit(at now: ContinuousClock.Instant) -> Permit? {
        switch phase {
        case .closed: return Permit(era: era)
        case .halfOpen: return nil
        case .open:
            if let opensAgainAt, now < opensAgainAt { return nil }
            enter(.halfOpen)
            return Permit(era: era)
        }
    }

    /// Notes how a call ended at `now`.
    mutating func note(_ result: Result, of permit: Permit, at now: ContinuousClock.Instant) {
        guard permit.era == era else { return }
        switch (phase, result) {
        case (.open, _), (.closed, .nothing): break
        case (.closed, .success): remember(false)
        case (.closed, .failure):
            remember(true)
            if isFailing { open(at: now) }
        case (.halfOpen, .success): enter(.closed)
        case (.halfOpen, .failure): open(at: now)
        case (.halfOpen, .nothing):
            // The next call is the probe.
            enter(.open)
        }
    }

    private var isFailing: Bool {
        failures.count >= settings.minimumCalls
            && Double(failures.count { $0 }) >= settings.failureShare * Double(failures.count)
    }

    private mutating func remember(_ hasFailed: Bool) {
        failures.append(hasFailed)
        if failures.count > settings.window { failures.removeFirst() }
    }

    private mutating func open(at now: ContinuousClock.Instant) {
        enter(.open)
        opensAgainAt = now + settings.pause
    }

    private mutating func enter(_ phase: Phase) {
        self.phase = phase
        era += 1
        failures = []
        opensAgainAt = nil
    }
}
