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
}
