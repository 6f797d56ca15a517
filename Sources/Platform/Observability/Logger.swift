import DomainKit
import Glibc
import JSON
import Locking

/// Writes structured log lines: one JSON object a line, with a constant message and the data in named fields.
public struct Logger: Sendable {
    private let service: String
    private let level: LogLevel
    private let fields: [LogField]
    private let sink: any LogSink
    private let clock: any WallClock

    /// - Parameters:
    ///   - service: the process that speaks, such as `order-worker`; written as `service.name`.
    ///   - level: the lowest level that is written.
    public init(
        service: String, level: LogLevel = .info, sink: any LogSink = StandardOutputSink.shared,
        clock: any WallClock = SystemClock()
    ) {
        self.init(service: service, level: level, fields: [], sink: sink, clock: clock)
    }

    private init(service: String, level: LogLevel, fields: [LogField], sink: any LogSink, clock: any WallClock) {
        self.service = service
        self.level = level
        self.fields = fields
        self.sink = sink
        self.clock = clock
    }

    /// A logger that writes nothing.
    public static let silent = Logger(service: "", level: .error, sink: NoSink())

    /// The same logger, which adds `fields` to every line.
    public func with(_ fields: LogField...) -> Logger {
        Logger(service: service, level: level, fields: self.fields + fields, sink: sink, clock: clock)
    }

    public func trace(_ message: StaticString, _ fields: LogField...) { write(.trace, message, fields) }
    public func debug(_ message: StaticString, _ fields: LogField...) { write(.debug, message, fields) }
    public func info(_ message: StaticString, _ fields: LogField...) { write(.info, message, fields) }
    public func warn(_ message: StaticString, _ fields: LogField...) { write(.warn, message, fields) }
    public func error(_ message: StaticString, _ fields: LogField...) { write(.error, message, fields) }

    /// Whether lines of that level are written; for callers whose fields cost something to make.
    public func isEnabled(_ level: LogLevel) -> Bool { level >= self.level }

    private func write(_ level: LogLevel, _ message: StaticString, _ fields: [LogField]) {
        guard level >= self.level else { return }
        var json = JSONWriter()
        json.object { json in
            json.field("timestamp", clock.now)
            json.field("severity_text", level.name)
            json.field("body", message.description)
            json.field("service.name", service)
            for field in self.fields + fields { json.field(field.name, field.value) }
        }
        sink.write(line: json.bytes)
    }
}

/// Takes finished log lines.
public protocol LogSink: Sendable {
    /// Writes one line; `line` has no line feed at its end.
    func write(line: [UInt8])
}

/// Writes each line with one `write(2)` to standard output, so that lines of several threads never mix.
public struct StandardOutputSink: LogSink {
    public static let shared = StandardOutputSink()

    public func write(line: [UInt8]) {
        var rest = (line + [UInt8(ascii: "\n")])[...]
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

    public func write(line: [UInt8]) { kept.withLock { $0.append(line) } }

    /// The lines so far, oldest first.
    public var lines: [String] { kept.withLock { $0.map { String(decoding: $0, as: UTF8.self) } } }
}

private struct NoSink: LogSink {
    func write(line: [UInt8]) {}
}
