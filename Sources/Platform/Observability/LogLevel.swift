/// How much a log line matters, by the names of OpenTelemetry's severity texts.
public enum LogLevel: Int, Sendable, Comparable, CaseIterable {
    case trace = 1
    case debug = 5
    case info = 9
    case warn = 13
    case error = 17

    /// Reads a name, in either case: `trace`, `debug`, `info`, `warn`, `error`.
    public init?(_ name: String) {
        guard let level = LogLevel.allCases.first(where: { $0.name == name.uppercased() }) else { return nil }
        self = level
    }

    /// The severity text as OpenTelemetry writes it.
    public var name: String {
        switch self {
        case .trace: "TRACE"
        case .debug: "DEBUG"
        case .info: "INFO"
        case .warn: "WARN"
        case .error: "ERROR"
        }
    }

    public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }
}
