/// When a delivery that failed is tried again.
public struct RetrySchedule: Sendable, Equatable {
    /// How long after the first failure; each further pause is twice as long as the one before.
    public let firstPause: Duration
    /// How often it is tried in all.
    public let attempts: Int

    public init(firstPause: Duration = .seconds(10), attempts: Int = 6) {
        self.firstPause = firstPause
        self.attempts = attempts
    }

    /// How long to wait after so many attempts, all of which failed; nil where it is not tried again.
    public func pause(after tries: Int) -> Duration? {
        guard tries >= 1, tries < attempts else { return nil }
        return firstPause * (1 << (tries - 1))
    }
}
