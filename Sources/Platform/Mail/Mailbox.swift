/// An address and whose it is, such as `Ann Lee <ann@example.org>`.
public struct Mailbox: Sendable, Hashable {
    /// As people write it; it may have anything in it.
    public let name: String?
    public let address: MailAddress

    public init(name: String? = nil, _ address: MailAddress) {
        self.name = name
        self.address = address
    }

    /// Reads `name <address>`, where the name may be in quotation marks, or an address alone.
    /// - Throws: ``MailAddressFault`` of the address.
    public init(parsing text: String) throws(MailAddressFault) {
        let text = text.trimmed
        guard text.hasSuffix(">"), let bracket = text.lastIndex(of: "<") else {
            self.init(try MailAddress(String(text)))
            return
        }
        var name = text[..<bracket].trimmed
        if name.count >= 2, name.hasPrefix("\""), name.hasSuffix("\"") { name = name.dropFirst().dropLast() }
        let address = try MailAddress(String(text[text.index(after: bracket)...].dropLast()))
        self.init(name: name.isEmpty ? nil : String(name), address)
    }
}

extension StringProtocol {
    fileprivate var trimmed: Substring {
        var rest = Substring(self)
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return rest
    }
}

extension Mailbox: CustomStringConvertible {
    public var description: String { name.map { "\($0) <\(address)>" } ?? "\(address)" }
}
