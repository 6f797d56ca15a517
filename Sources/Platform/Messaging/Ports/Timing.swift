import Lifecycle

/// How messaging experiences time and chance: a port, so that a test can decide over both.
protocol Timing: Sendable {
    /// The time by a clock that never steps.
    var now: ContinuousClock.Instant { get }

    /// `duration` ±20 %, so that many do not return at once.
    func jittered(_ duration: Duration) -> Duration

    /// Sleeps for `duration`, or less where `shutdown` is triggered meanwhile or the task is cancelled.
    /// - Returns: whether it is still time to go on.
    @discardableResult
    func sleep(for duration: Duration, until shutdown: ShutdownSignal) async -> Bool
}

/// The machine's time, and the system's chance.
struct SystemTiming: Timing {
    var now: ContinuousClock.Instant { .now }

    func jittered(_ duration: Duration) -> Duration { Backoff.jittered(duration) }

    func sleep(for duration: Duration, until shutdown: ShutdownSignal) async -> Bool {
        await shutdown.sleep(for: duration)
    }
}
