/// An address that mail can be sent to, such as `ann@example.org`.
///
/// Of RFC 5321 the form `Dot-string@Domain`, in ASCII: no quoted local parts, no address literals, and domains beyond ASCII
/// only in their `xn--` form (RFC 5891). What it holds can stand in an SMTP command and in a header as it is.
public struct MailAddress: Sendable, Hashable {
    public let localPart: String
    public let domain: String

    /// - Throws: ``MailAddressFault``, which says why mail cannot be sent to `text`.
    public init(_ text: String) throws(MailAddressFault) {
        guard text.utf8.allSatisfy({ $0 < 0x80 }) else {
            throw MailAddressFault("has a character that is not ASCII; a domain can be written as xn--…")
        }
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw MailAddressFault("has white space or a control character")
        }
        // RFC 5321 section 4.5.3.1.3: 256 bytes with the brackets around it.
        guard text.utf8.count <= 254 else { throw MailAddressFault("is longer than 254 bytes") }
        guard let at = text.lastIndex(of: "@") else { throw MailAddressFault("has no @") }
        let (local, domain) = (text[..<at], text[text.index(after: at)...])
        guard local.utf8.count <= 64 else { throw MailAddressFault("has more than 64 bytes before the @") }
        guard local.isDotAtom else { throw MailAddressFault("has something before the @ that is no word") }
        guard domain.isHostName else { throw MailAddressFault("has no domain behind the @") }
        localPart = String(local)
        self.domain = String(domain)
    }
}

extension MailAddress: CustomStringConvertible {
    public var description: String { "\(localPart)@\(domain)" }
}

/// Why a text is no address that mail can be sent to. It does not repeat the text.
public struct MailAddressFault: Error, Sendable, CustomStringConvertible {
    /// The end of a sentence that begins with "the address".
    public let description: String

    init(_ description: String) { self.description = description }
}

extension StringProtocol {
    /// Whether it is a `dot-atom-text` of RFC 5322: words of letters, digits and some signs, with single dots between.
    var isDotAtom: Bool {
        utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            .allSatisfy {
                !$0.isEmpty && $0.allSatisfy { $0.isLetterOrDigit || "!#$%&'*+-/=?^_`{|}~".utf8.contains($0) }
            }
    }

    /// Whether it is a `Domain` of RFC 5321: labels of letters, digits and inner hyphens, with single dots between.
    var isHostName: Bool {
        utf8.count <= 253
            && utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
                (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
                    && label.allSatisfy { $0.isLetterOrDigit || $0 == UInt8(ascii: "-") }
            }
    }
}

extension UInt8 {
    fileprivate var isLetterOrDigit: Bool {
        (0x30...0x39).contains(self) || (0x41...0x5A).contains(self & 0xDF)
    }
}
