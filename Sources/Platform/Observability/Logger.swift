import DomainKit

/// Writes structured log lines: one JSON object a line, with a constant message and the data in named fields, or the same
/// for people (``LogFormat``).
public struct Logger: Sendable {
    /// From which level on lines are written: the same for this logger and all that were made of it.
    public let threshold: LogThreshold
    private let service: String
    private let format: LogFormat
    private let fields: [LogField]
    private let sink: any LogSink
    private let clock: any WallClock

    /// - Parameters:
    ///   - service: the process that speaks, such as `order-worker`; written as `service.name`.
    ///   - level: the lowest level that is written, until ``threshold`` says otherwise.
    public init(
        service: String, level: LogLevel = .info, format: LogFormat = .json,
        sink: any LogSink = StandardOutputSink.shared, clock: any WallClock = SystemClock()
    ) {
        self.init(
            service: service, threshold: LogThreshold(level), format: format, fields: [], sink: sink, clock: clock)
    }

    private init(
        service: String, threshold: LogThreshold, format: LogFormat, fields: [LogField], sink: any LogSink,
        clock: any WallClock
    ) {
        self.service = service
        self.threshold = threshold
        self.format = format
        self.fields = fields
        self.sink = sink
        self.clock = clock
    }

    /// A logger that writes nothing.
    public static let silent = Logger(service: "", level: .error, sink: NoSink())

    /// The same logger, which adds `fields` to every line.
    public func with(_ fields: LogField...) -> Logger {
        Logger(
            service: service, threshold: threshold, format: format, fields: self.fields + fields, sink: sink,
            clock: clock)
    }

    public func trace(_ message: StaticString, _ fields: LogField...) { write(.trace, message, [fields]) }
    public func debug(_ message: StaticString, _ fields: LogField...) { write(.debug, message, [fields]) }
    public func info(_ message: StaticString, _ fields: LogField...) { write(.info, message, [fields]) }
    public func warn(_ message: StaticString, _ fields: LogField...) { write(.warn, message, [fields]) }
    public func error(_ message: StaticString, _ fields: LogField...) { write(.error, message, [fields]) }

    /// The same message once for each element of `lines`, all with one write.
    /// - Parameter time: when it happened.
    public func info(_ message: StaticString, at time: Timestamp, each lines: [[LogField]]) {
        write(.info, message, lines, at: time)
    }

    /// Whether lines of that level are written; for callers whose fields cost something to make.
    public func isEnabled(_ level: LogLevel) -> Bool { level >= threshold.level }

    private func write(_ level: LogLevel, _ message: StaticString, _ lines: [[LogField]], at time: Timestamp? = nil) {
        guard isEnabled(level) else { return }
        let time = time ?? clock.now
        sink.write(
            lines: lines.map { fields in
                format.line(
                    LogLine(time: time, level: level, message: message, service: service, fields: self.fields + fields))
            })
    }
}
