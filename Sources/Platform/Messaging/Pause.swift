import DomainKit
import Lifecycle
import Observability
import Postgres

/// The consumer was told to stop before it could finish; what it holds goes back to the queue.
struct ConsumerStopped: Error {}

/// Waits out what is nobody's fault: a database or a broker that is away.
struct Pause: Sendable {
    private let shutdown: ShutdownSignal
    private let logger: Logger
    private let timing: any Timing

    init(until shutdown: ShutdownSignal, logger: Logger, timing: any Timing) {
        self.shutdown = shutdown
        self.logger = logger
        self.timing = timing
    }

    /// Runs `body` until it succeeds, or fails for a reason of its own.
    ///
    /// - Throws: what `body` throws, unless that means that something is away; ``ConsumerStopped`` at shutdown.
    func whileAway<Result: Sendable>(_ body: @Sendable () async throws -> Result) async throws -> Result {
        var backoff = Backoff(base: .milliseconds(100), limit: .seconds(5))
        var isPaused = false
        while true {
            do {
                let result = try await body()
                if isPaused { logger.info("consumer goes on") }
                return result
            } catch {
                guard Self.isNobodysFault(error) else { throw error }
                if !isPaused, !shutdown.isTriggered {
                    logger.warn("consumer pauses, no attempt is counted", .error(error))
                }
                isPaused = true
                let goesOn = await timing.sleep(for: backoff.nextDelay(timing.jittered), until: shutdown)
                guard goesOn else { throw ConsumerStopped() }
            }
        }
    }

    /// Whether `error` says nothing about the message at hand.
    static func isNobodysFault(_ error: any Error) -> Bool {
        if error is CancellationError || error.meansTemporarilyUnavailable { return true }
        // A pool that closes and a task that is cancelled belong to a process that stops.
        guard let code = (error as? PostgresError)?.code else { return false }
        return code == .closed || code == .cancelled
    }
}
