/// When a circuit opens, and when it is tried again.
public struct CircuitBreakerSettings: Sendable, Equatable {
    /// How many calls count: the last ones.
    public var window: Int
    /// How many of them must have been seen at least, so that the first failure after a quiet night opens nothing.
    public var minimumCalls: Int
    /// The share of failures, from 0 to 1, at which it opens.
    public var failureShare: Double
    /// How long it stays open until one call tries.
    public var pause: Duration

    public init(
        window: Int = 20, minimumCalls: Int = 10, failureShare: Double = 0.5, pause: Duration = .seconds(10)
    ) {
        self.window = window
        self.minimumCalls = minimumCalls
        self.failureShare = failureShare
        self.pause = pause
    }
}
