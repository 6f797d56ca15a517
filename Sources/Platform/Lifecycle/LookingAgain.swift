import DomainKit
import Observability

extension ShutdownSignal {
    /// Looks at something at once and then again and again, until the signal is triggered.
    ///
    /// Of looks that fail one after the other the first is told, and none where it says that something needed is away: who
    /// connects to that tells of it.
    /// - Parameters:
    ///   - interval: from the end of a look to the next, ±20 %.
    ///   - complaint: what is logged of a look that fails.
    public func lookAgain(
        every interval: Duration, logger: Logger, complaint: StaticString, look: () async throws -> Void
    ) async {
        var isFailing = false
        repeat {
            do {
                try await look()
                isFailing = false
            } catch {
                guard !isFailing, !error.meansTemporarilyUnavailable, !isTriggered else { continue }
                isFailing = true
                logger.warn(complaint, .error(error))
            }
        } while await sleep(for: Backoff.jittered(interval))
    }
}
