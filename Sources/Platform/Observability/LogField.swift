import DomainKit
import JSON

/// A named value of a log line. The names that several places use are listed here, so that one query finds them all.
public struct LogField: Sendable {
    public let name: String
    public let value: JSONValue

    public init(_ name: String, _ value: String) { self.init(name, .string(value)) }
    public init(_ name: String, _ value: some BinaryInteger) { self.init(name, .integer(Int64(clamping: value))) }
    public init(_ name: String, _ value: EntityID) { self.init(name, .string(value.description)) }

    public init(_ name: String, _ value: JSONValue) {
        self.name = name
        self.value = value
    }
}

extension LogField {
    /// The names that every line has, by OpenTelemetry's log data model.
    static let timestamp = "timestamp"
    static let severityText = "severity_text"
    static let body = "body"
    static let serviceName = "service.name"

    /// What went wrong, with everything that helps to find out why; never shown to a client.
    public static func error(_ error: any Error) -> LogField { LogField("error", String(reflecting: error)) }
    public static func orderID(_ id: EntityID) -> LogField { LogField("order_id", id) }
    public static func messageID(_ id: EntityID) -> LogField { LogField("message_id", id) }
    public static func queue(_ name: String) -> LogField { LogField("queue", name) }
    public static func count(_ count: Int) -> LogField { LogField("count", count) }
    public static func attempt(_ attempt: Int) -> LogField { LogField("attempt", attempt) }
    /// A span of time, in milliseconds.
    public static func duration(_ duration: Duration) -> LogField {
        LogField("duration_ms", .number((duration / .microseconds(1)).rounded() / 1_000))
    }
    /// How long until the next try, in milliseconds.
    public static func retryAfter(_ duration: Duration) -> LogField {
        LogField("retry_after_ms", .number((duration / .microseconds(1)).rounded() / 1_000))
    }
    public static func service(_ name: String) -> LogField { LogField("component", name) }
    public static func reason(_ reason: String) -> LogField { LogField("reason", reason) }
    public static func address(_ address: String) -> LogField { LogField("address", address) }
    public static func correlationID(_ id: String) -> LogField { LogField("correlation_id", id) }
    /// The message that led to what the line tells of.
    public static func causationID(_ id: EntityID) -> LogField { LogField("causation_id", id) }
    /// The type of an event, such as `OrderCreated`.
    public static func event(_ type: String) -> LogField { LogField("event", type) }
    public static func traceID(_ id: String) -> LogField { LogField("trace_id", id) }
    public static func spanID(_ id: String) -> LogField { LogField("span_id", id) }

    /// Trace and span of a W3C `traceparent`; none where it is absent or not of that form.
    public static func trace(of traceparent: String?) -> [LogField] {
        guard let parts = traceparent?.split(separator: "-"), parts.count >= 4, parts[1].utf8.count == 32,
            parts[2].utf8.count == 16
        else { return [] }
        return [.traceID(String(parts[1])), .spanID(String(parts[2]))]
    }
}
