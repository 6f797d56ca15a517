import Lifecycle
import Locking
import Observability

/// What a pool knows about its server: whether it was there when last asked, and when to try again.
///
/// While a server is away, callers are told so at once; only one in a while waits for another try.
final class DatabaseAvailability: Sendable {
    private struct State {
        var failure: PostgresError?
        var lastReached: ContinuousClock.Instant?
        var nextTry: ContinuousClock.Instant = .now
        var backoff = Backoff(base: .milliseconds(50), limit: .seconds(1))
    }

    private let state = Mutex(State())
    private let logger: Logger

    init(logger: Logger) { self.logger = logger }

    var health: Health {
        state.withLock { state in
            if let failure = state.failure { return .unhealthy("PostgreSQL cannot be reached: \(failure.message)") }
            return state.lastReached == nil ? .unhealthy("PostgreSQL has not been reached yet") : .healthy
        }
    }

    /// Whether nobody has heard from the server for a while.
    var needsProbe: Bool {
        state.withLock { state in
            guard state.failure == nil, let last = state.lastReached else { return true }
            return last.duration(to: .now) > .seconds(5)
        }
    }

    /// - Throws: The last failure, until it is time to try again.
    func checkMayTry() throws(PostgresError) {
        let failure = state.withLock { $0.nextTry > .now ? $0.failure : nil }
        if let failure { throw failure }
    }

    func didReach() {
        let wasAway = state.withLock { state in
            defer {
                state.failure = nil
                state.lastReached = .now
                state.backoff.reset()
            }
            return state.failure != nil
        }
        if wasAway { logger.info("database reached again") }
    }

    func didMiss(_ failure: PostgresError) {
        let isNew = state.withLock { state in
            defer { state.failure = failure }
            state.nextTry = .now + state.backoff.nextDelay()
            return state.failure == nil
        }
        if isNew { logger.warn("database cannot be reached", .error(failure)) }
    }
}
