import Cryptography
import JSON

/// A strong entity tag (RFC 9110 section 8.8.3): the same for the same representation, byte by byte.
///
/// It is made of the representation itself, so that no change of it can be forgotten, and a resource that is what it was
/// has the tag that it had.
public struct EntityTag: Sendable, Hashable {
    /// As it stands in a header, quotation marks included.
    let text: String

    init(text: String) { self.text = text }

    /// The tag of a representation: 128 bits of its SHA-256 digest.
    public init(of representation: [UInt8]) {
        text = "\"\(SHA256.hexadecimal(representation).prefix(32))\""
    }

    /// The tag of the representation that `value` is sent as.
    public init(of value: some JSONEncodable) { self.init(of: value.jsonBytes) }
}

/// The tags that a header names.
enum EntityTags: Sendable, Equatable {
    /// `*`: whatever there is.
    case any
    /// Strong ones and, told apart by their prefix, weak ones.
    case these([Element])

    struct Element: Sendable, Equatable {
        let isWeak: Bool
        let tag: EntityTag
    }

    /// Reads the values of `If-Match` or `If-None-Match`; nil where they are no list of tags.
    init?(_ values: [String]) {
        let text = values.joined(separator: ",")
        if text.utf8.allSatisfy({ [0x20, 0x09, UInt8(ascii: "*")].contains($0) }), text.contains("*") {
            guard text.utf8.count(where: { $0 == UInt8(ascii: "*") }) == 1 else { return nil }
            self = .any
            return
        }
        var elements: [Element] = []
        var rest = text.utf8[...]
        while true {
            rest = rest.drop { $0 == 0x20 || $0 == 0x09 || $0 == UInt8(ascii: ",") }
            guard !rest.isEmpty else { break }
            let isWeak = rest.starts(with: "W/".utf8)
            if isWeak { rest = rest.dropFirst(2) }
            guard rest.popFirst() == UInt8(ascii: "\""), let end = rest.firstIndex(of: UInt8(ascii: "\"")) else {
                return nil
            }
            // etagc of RFC 9110: visible characters but the quotation mark, and what is not ASCII.
            guard rest[..<end].allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { return nil }
            elements.append(
                Element(isWeak: isWeak, tag: EntityTag(text: "\"\(String(decoding: rest[..<end], as: UTF8.self))\"")))
            rest = rest[rest.index(after: end)...].drop { $0 == 0x20 || $0 == 0x09 }
            guard rest.isEmpty || rest.first == UInt8(ascii: ",") else { return nil }
        }
        guard !elements.isEmpty else { return nil }
        self = .these(elements)
    }

    /// Whether `current` is among them; nil stands for a resource that is not there.
    /// - Parameter weakly: whether a weak tag counts as well.
    func contain(_ current: EntityTag?, weakly: Bool) -> Bool {
        guard let current else { return false }
        return switch self {
        case .any: true
        case .these(let elements): elements.contains { $0.tag == current && (weakly || !$0.isWeak) }
        }
    }
}
