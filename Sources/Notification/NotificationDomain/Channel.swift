import JSON

/// The way by which a notification reaches its recipient.
public enum Channel: String, Sendable, CaseIterable {
    /// The record of the notification is all there is: for development, and until a real channel is set up.
    case log
    /// A mail by SMTP.
    case email
    /// A signed HTTP POST to the shop's own program.
    case webhook
}

extension Channel: JSONCodable {
    public init?(json: JSONReader) {
        guard case .string(let name) = json.value, let channel = Channel(rawValue: name) else {
            json.fault("must be \(Channel.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: " or "))")
            return nil
        }
        self = channel
    }

    public func write(to json: inout JSONWriter) { json.string(rawValue) }
}
