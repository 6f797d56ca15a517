import Glibc
import Locking

/// Takes finished log lines.
public protocol LogSink: Sendable {
    /// Writes lines, none of which has a line feed in it or at its end.
    func write(lines: [[UInt8]])
}

/// Writes to standard output, what belongs together with one `write(2)`, so that lines of several threads never mix.
public struct StandardOutputSink: LogSink {
    public static let shared = StandardOutputSink()

    public func write(lines: [[UInt8]]) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(lines.reduce(0) { $0 + $1.count + 1 })
        for line in lines {
            bytes += line
            bytes.append(UInt8(ascii: "\n"))
        }
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            // A log that cannot be written must not stop the work that it tells of.
            guard written > 0 || errno == EINTR else { return }
            rest = rest.dropFirst(max(0, written))
        }
    }
}

/// Keeps lines in memory, for tests that look at them.
public final class MemorySink: LogSink {
    private let kept = Mutex<[[UInt8]]>([])

    public init() {}

    public func write(lines: [[UInt8]]) { kept.withLock { $0 += lines } }

    /// The lines so far, oldest first.
    public var lines: [String] { kept.withLock { $0.map { String(decoding: $0, as: UTF8.self) } } }
}

struct NoSink: LogSink {
    func write(lines: [[UInt8]]) {}
}
