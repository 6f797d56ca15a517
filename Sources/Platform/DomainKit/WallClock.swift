import Glibc

/// Tells the time of day. A port, so that rules about time can be tested at any time.
public protocol WallClock: Sendable {
    var now: Timestamp { get }
}

/// The machine's clock.
public struct SystemClock: WallClock {
    public init() {}

    public var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }
}

/// A clock that stands still at a given time.
public struct FixedClock: WallClock {
    public let now: Timestamp

    public init(_ now: Timestamp) { self.now = now }
}
