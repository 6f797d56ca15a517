import Lifecycle
import Locking
import Observability

/// Whether a service has what it needs, for its health and for its log: one line when that is lost, one when it is back.
final class ConnectionStatus: Sendable {
    private struct State {
        var failure: String? = "not connected yet"
        var wasReached = false
        var isReported = false
    }

    private let state = Mutex(State())
    private let logger: Logger

    init(logger: Logger) { self.logger = logger }

    var health: Health {
        state.withLock { $0.failure.map(Health.unhealthy) ?? .healthy }
    }

    /// All is well.
    func didReach() {
        let wasReported = state.withLock { state in
            defer {
                state.failure = nil
                state.wasReached = true
                state.isReported = false
            }
            return state.isReported
        }
        if wasReported { logger.info("connected again, work goes on") }
    }

    /// It broke.
    /// - Returns: whether all was well before, so that this is the first failure.
    @discardableResult
    func didFail(_ error: any Error) -> Bool {
        let (isFirst, mustReport) = state.withLock { state in
            defer {
                state.failure = String(describing: error)
                state.wasReached = false
                state.isReported = true
            }
            return (state.wasReached, !state.isReported)
        }
        if mustReport { logger.warn("connection lost, work pauses until it is back", .error(error)) }
        return isFirst
    }
}
