import Locking

/// Lets one line through in a while, for what may happen a thousand times a second while something is away.
///
/// Who asks logs what is let through at the level that it deserves, and the rest at `debug`.
public final class LogLimit: Sendable {
    private struct State {
        var next: ContinuousClock.Instant?
        var heldBack = 0
    }

    private let interval: Duration
    private let state = Mutex(State())

    /// - Parameter interval: the shortest time between two lines.
    public init(every interval: Duration = .seconds(10)) { self.interval = interval }

    /// Asks for a line.
    /// - Returns: how many were held back since the last one, or nil when this one is held back, too.
    public func admit(at now: ContinuousClock.Instant = .now) -> Int? {
        state.withLock { state in
            if let next = state.next, now < next {
                state.heldBack += 1
                return nil
            }
            defer { state = State(next: now + interval) }
            return state.heldBack
        }
    }
}

extension LogField {
    /// How many lines like this one were not written since the last.
    public static func heldBack(_ count: Int) -> LogField { LogField("held_back", count) }
}
