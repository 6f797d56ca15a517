/// How long to wait before the next try: doubling from `base` up to `limit`, each ±20 % so that many do not return at once.
public struct Backoff: Sendable {
    private let base: Duration
    private let limit: Duration
    private var next: Duration

    public init(base: Duration = .milliseconds(100), limit: Duration = .seconds(5)) {
        self.base = base
        self.limit = limit
        next = base
    }

    /// The wait before the next try.
    /// - Parameter jittered: makes the wait vary; by chance, unless a test knows better.
    public mutating func nextDelay(_ jittered: (Duration) -> Duration = Backoff.jittered) -> Duration {
        defer { next = min(next * 2, limit) }
        return jittered(next)
    }

    /// Starts from `base` again, after a success.
    public mutating func reset() { next = base }

    /// `duration` ±20 %.
    public static func jittered(_ duration: Duration) -> Duration { duration * Double.random(in: 0.8...1.2) }
}
