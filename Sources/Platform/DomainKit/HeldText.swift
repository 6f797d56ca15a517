import JSON

/// A text that is kept besides the aggregates and may tell of a person: a message, or an answer to be given again.
public struct HeldText: Sendable, Equatable {
    /// Where it is kept, in words: `outbox`, `dead letters`.
    public let heldIn: String
    /// What it is: the name of an event.
    public let type: String
    public let at: Timestamp
    public let text: String

    public init(heldIn: String, type: String, at: Timestamp, text: String) {
        self.heldIn = heldIn
        self.type = type
        self.at = at
        self.text = text
    }
}

extension HeldText: JSONEncodable {
    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("heldIn", heldIn)
            json.field("type", type)
            json.field("at", at)
            json.field("text", text)
        }
    }
}

extension HeldText {
    /// What is written.
    public static let schema = JSONSchema.object(
        "HeldText", .required("heldIn", .string(example: "outbox"), "Where it is kept."),
        .required("type", .string(example: "OrderCreated"), "The name of an event."), .required("at", .timestamp),
        .required("text", .string(example: "{}")))
}
