import DomainKit
import Locking

/// A clock that stands still until a test moves it.
public final class MovableClock: WallClock {
    private let time: Mutex<Timestamp>

    public init(_ time: Timestamp = SystemClock().now) { self.time = Mutex(time) }

    public var now: Timestamp { time.withLock { $0 } }

    /// Moves it on.
    public func advance(by duration: Duration) { time.withLock { $0 = $0 + duration } }

    /// Sets it.
    public func set(to time: Timestamp) { self.time.withLock { $0 = time } }
}
