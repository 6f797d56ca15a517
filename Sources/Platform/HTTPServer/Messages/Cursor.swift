import Encodings

/// Where a page of a list ends and the next begins. Opaque to clients: base64url of what the route needs to go on.
public struct Cursor: Sendable, Hashable {
    /// What the route needs: such as the last item's id.
    public let position: String

    public init(_ position: String) { self.position = position }

    /// Reads what ``encoded`` wrote; nil where it is anything else.
    public init?(encoded: String) {
        guard let bytes = Base64URL.decode(encoded.utf8), let position = String(validating: bytes, as: UTF8.self) else {
            return nil
        }
        self.position = position
    }

    /// The form that clients get and give back.
    public var encoded: String { Base64URL.encode(position.utf8) }
}
