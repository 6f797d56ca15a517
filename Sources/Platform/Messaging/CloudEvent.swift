import AMQP

/// Names of CloudEvents 1.0.2 attributes and how they travel in AMQP headers, binary mode.
enum CloudEvent {
    static let id = "id"
    static let source = "source"
    static let specVersion = "specversion"
    static let type = "type"
    static let subject = "subject"
    static let time = "time"
    static let correlationID = "correlationid"
    static let causationID = "causationid"
    static let schemaVersion = "schemaversion"
    /// The W3C trace context travels as headers of their own names.
    static let traceparent = "traceparent"
    static let tracestate = "tracestate"

    /// The header that carries `attribute`.
    static func header(_ attribute: String) -> String { "cloudEvents_\(attribute)" }

    /// The value of `attribute`, in either of the two spellings that the AMQP binding allows.
    static func value(_ attribute: String, in headers: MessageHeaders) -> String? {
        (headers["cloudEvents_\(attribute)"] ?? headers["cloudEvents:\(attribute)"])?.text
    }
}
