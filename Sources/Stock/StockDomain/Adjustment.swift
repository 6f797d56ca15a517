import JSON

/// A change of the stock on hand that a person tells: goods came in, a count was wrong, something broke.
public struct Adjustment: Sendable, Equatable {
    public static let deltaRange = -1_000_000_000...1_000_000_000
    public static let reasonLength = 1...200

    /// How many pieces more (or, below zero, fewer) there are. Never zero.
    public let delta: Int
    /// Why, in the words of whoever tells it.
    public let reason: String

    public init(delta: Int, reason: String) {
        self.delta = delta
        self.reason = reason
    }
}

extension Adjustment: JSONDecodable {
    public init?(json: JSONReader) {
        guard json.isObject() else { return nil }
        let delta = json["delta"].integer(in: Self.deltaRange)
        if delta == 0 { json["delta"].fault("must not be 0") }
        let reason = json["reason"].printableText(length: Self.reasonLength)
        guard let delta, delta != 0, let reason else { return nil }
        self.init(delta: delta, reason: reason)
    }
}
