import Lifecycle

/// How often something is tried, and for how long in all.
public struct RetryPolicy: Sendable {
    /// The most tries.
    public var attempts: Int
    /// The time for all of them, pauses included.
    public var deadline: Duration
    /// The pauses between them.
    public var backoff: Backoff

    public init(attempts: Int, deadline: Duration, backoff: Backoff = Backoff()) {
        self.attempts = attempts
        self.deadline = deadline
        self.backoff = backoff
    }

    /// Tries until the result is good enough, all tries are spent, there is no time left for another pause, or the task
    /// is cancelled.
    /// - Parameters:
    ///   - isWorthRetrying: whether another try may end better.
    ///   - attempt: one try, given the time that is left for it. It bounds its own waiting by that.
    /// - Returns: what the last try gave.
    public func callAsFunction<Value: Sendable>(
        while isWorthRetrying: @Sendable (Value) -> Bool, _ attempt: @Sendable (_ left: Duration) async -> Value
    ) async -> Value {
        let end = ContinuousClock.now + deadline
        var backoff = backoff
        var tries = 1
        while true {
            let value = await attempt(max(.zero, end - .now))
            let pause = backoff.nextDelay()
            guard isWorthRetrying(value), tries < attempts, .now + pause < end, !Task.isCancelled else { return value }
            try? await Task.sleep(for: pause)
            guard !Task.isCancelled else { return value }
            tries += 1
        }
    }
}
