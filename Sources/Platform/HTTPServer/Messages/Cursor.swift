/// Where a page of a list ends and the next begins. Opaque to clients: base64url of what the route needs to go on.
public struct Cursor: Sendable, Hashable {
    /// What the route needs: such as the last item's id.
    public let position: String

    public init(_ position: String) { self.position = position }

    /// Reads what ``encoded`` wrote; nil where it is anything else.
    public init?(encoded: String) {
        guard let bytes = base64URLDecoded(encoded), let position = String(validating: bytes, as: UTF8.self) else {
            return nil
        }
        self.position = position
    }

    /// The form that clients get and give back.
    public var encoded: String { base64URLEncoded(Array(position.utf8)) }
}

private let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

/// Base64url without padding (RFC 4648 section 5).
private func base64URLEncoded(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    var bits: UInt32 = 0
    var count: UInt32 = 0
    for byte in bytes {
        bits = bits << 8 | UInt32(byte)
        count += 8
        while count >= 6 {
            count -= 6
            text.append(alphabet[Int(bits >> count & 0x3F)])
        }
    }
    if count > 0 { text.append(alphabet[Int(bits << (6 - count) & 0x3F)]) }
    return String(decoding: text, as: UTF8.self)
}

/// Nil where the text has another character, an impossible length, or bits set that stand for nothing: each value has
/// one form only.
private func base64URLDecoded(_ text: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    var bits: UInt32 = 0
    var count: UInt32 = 0
    for character in text.utf8 {
        guard let value = alphabet.firstIndex(of: character) else { return nil }
        bits = bits << 6 | UInt32(value)
        count += 6
        if count >= 8 {
            count -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> count))
        }
    }
    guard count < 6, bits & ((1 << count) - 1) == 0 else { return nil }
    return bytes
}
