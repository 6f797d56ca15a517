import JSON

/// The body of `POST /api/orders/{orderId}/cancel`, which may as well be missing.
public struct CancelOrderBody: JSONDecodable {
    /// Why, in at most 500 characters; nil where nothing is said.
    public let reason: String?

    public init?(json: JSONReader) {
        guard json.isObject() else { return nil }
        let reason = json["reason"].optionalLine(length: 0...500)
        self.reason = reason.flatMap { $0.isEmpty ? nil : $0 }
    }
}
