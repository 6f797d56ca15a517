import struct Synchronization.Atomic

/// From which level on lines are written. It can be moved while the process runs.
public final class LogThreshold: Sendable {
    private let current: Atomic<Int>

    public init(_ level: LogLevel) { current = Atomic(level.rawValue) }

    public var level: LogLevel { LogLevel(rawValue: current.load(ordering: .relaxed)) ?? .info }

    public func set(_ level: LogLevel) { current.store(level.rawValue, ordering: .relaxed) }
}

extension LogLevel {
    /// The next level of which more is written; `trace` stays.
    public var lower: LogLevel { LogLevel.allCases.last { $0 < self } ?? self }
    /// The next level of which less is written; `error` stays.
    public var higher: LogLevel { LogLevel.allCases.first { $0 > self } ?? self }
}
