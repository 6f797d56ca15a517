import Locking
import Observability

/// Keeps calls away from something that fails, so that nobody waits for it in vain and it can recover.
///
/// After enough failures the circuit opens: calls are refused at once. After a pause one call alone is let through, and how
/// that ends decides for all. Each change is a log line, and the metric `circuit_breaker_state` tells the present state.
public final class CircuitBreaker: Sendable {
    /// The call was not made.
    public struct IsOpen: Error, Sendable, Equatable {}

    /// What a call says about the other side.
    public enum Verdict: Sendable {
        case works, fails
        /// Nothing, as where the task was cancelled.
        case nothing
    }

    private let name: String
    private let logger: Logger
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state: Mutex<CircuitState>
    private let gauges: [CircuitState.Phase: Gauge.Series]

    /// - Parameters:
    ///   - name: what is called, for logs and metrics: `customer-service`.
    ///   - now: the time; only a test knows another.
    public init(
        _ name: String, settings: CircuitBreakerSettings = CircuitBreakerSettings(), logger: Logger = .silent,
        metrics: MetricsRegistry = .shared, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.name = name
        self.logger = logger
        self.now = now
        state = Mutex(CircuitState(settings))
        let gauge = metrics.gauge(
            "circuit_breaker_state", help: "1 for the state that a circuit breaker is in, 0 for the others.")
        gauges = Dictionary(
            uniqueKeysWithValues: CircuitState.Phase.allCases.map { phase in
                (phase, gauge.series(["circuit": name, "state": phase.rawValue]))
            })
        show(.closed)
    }

    /// Whether calls are refused now, or only one is made to see.
    public var isOpen: Bool { state.withLock { $0.phase != .closed } }

    /// Makes a call, unless the circuit is open.
    /// - Parameter verdict: what the result says; it must not block.
    /// - Throws: ``IsOpen``, and then `call` was not made.
    public func callAsFunction<Value: Sendable>(
        _ call: @Sendable () async -> Value, verdict: @Sendable (Value) -> Verdict
    ) async throws(IsOpen) -> Value {
        let permit = change { $0.admit(at: now()) }
        guard let permit else { throw IsOpen() }
        let value = await call()
        let result: CircuitState.Result =
            switch verdict(value) {
            case .works: .success
            case .fails: .failure
            case .nothing: .nothing
            }
        change { $0.note(result, of: permit, at: now()) }
        return value
    }

    private func change<Value: Sendable>(_ body: (inout CircuitState) -> Value) -> Value {
        // Told within the lock, so that two changes are not told the other way round; they are rare.
        state.withLock { state in
            let before = state.phase
            let value = body(&state)
            if state.phase != before {
                show(state.phase)
                tell(state.phase)
            }
            return value
        }
    }

    private func show(_ phase: CircuitState.Phase) {
        for (other, gauge) in gauges { gauge.set(other == phase ? 1 : 0) }
    }

    private func tell(_ phase: CircuitState.Phase) {
        switch phase {
        case .open: logger.warn("circuit opened: calls are refused", .circuit(name))
        case .halfOpen: logger.info("circuit is half open: one call tries", .circuit(name))
        case .closed: logger.info("circuit closed: calls are made again", .circuit(name))
        }
    }
}

extension LogField {
    fileprivate static func circuit(_ name: String) -> LogField { LogField("circuit", name) }
}
