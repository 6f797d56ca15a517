import DomainKit

/// A mail in plain text and in HTML, of which the recipient's program shows one (`multipart/alternative`).
///
/// ``bytes`` is safe whatever stands in its texts: none can end a header, a part or the message.
public struct MailMessage: Sendable {
    public var from: Mailbox
    public var to: Mailbox
    /// Control characters and line breaks in it become spaces.
    public var subject: String
    /// The body in plain text, with any kind of line breaks.
    public var text: String
    /// The body in HTML.
    public var html: String
    public var date: Timestamp
    /// The same for the same message, however often it is sent.
    public var id: MessageID
    /// The language of the text by BCP 47, such as `de-AT`; only letters, digits and hyphens of it are used.
    public var language: String?
    /// Whether a program wrote it by itself (RFC 3834), so that others do not answer it by themselves.
    public var isAutomatic = true
    /// How to get no more of the kind.
    public var unsubscription: Unsubscription?

    public init(
        from: Mailbox, to: Mailbox, subject: String, text: String, html: String, date: Timestamp, id: MessageID
    ) {
        self.from = from
        self.to = to
        self.subject = subject
        self.text = text
        self.html = html
        self.date = date
        self.id = id
    }
}

/// What tells a message from all others (RFC 5322 section 3.6.4).
public struct MessageID: Sendable, Hashable, CustomStringConvertible {
    /// With its angle brackets.
    public let description: String

    /// - Parameters:
    ///   - name: what the sender tells its messages apart by: letters, digits and some signs, with single dots between.
    ///   - domain: the sender's domain.
    /// - Returns: nil where either is not so.
    public init?(_ name: String, at domain: String) {
        guard name.isDotAtom, domain.isHostName, name.utf8.count + domain.utf8.count <= 250 else { return nil }
        description = "<\(name)@\(domain)>"
    }
}

extension MailMessage {
    /// It has a `=_` in it, which quoted-printable text cannot have (RFC 2045 section 6.7), so it occurs in no body.
    private static let boundary = "=_alternative"

    /// The message as it goes over the line (RFC 5322): in ASCII, every line ended by CRLF and of 78 characters at most,
    /// where addresses and links are not longer.
    public var bytes: [UInt8] {
        var headers = [
            HeaderField.mailbox("From", from),
            HeaderField.mailbox("To", to),
            HeaderField.text("Subject", subject),
            "Date: \(date.mailDate)",
            "Message-ID: \(id)",
        ]
        if let language = language.map(onlyTag), !language.isEmpty { headers.append("Content-Language: \(language)") }
        if isAutomatic { headers.append("Auto-Submitted: auto-generated") }
        headers += unsubscription?.headers ?? []
        headers += [
            "MIME-Version: 1.0",
            "Content-Type: multipart/alternative;\r\n boundary=\"\(MailMessage.boundary)\"",
        ]
        var bytes = lines(headers + ["", "--\(MailMessage.boundary)"])
        for (index, (type, body)) in [("text/plain", text), ("text/html", html)].enumerated() {
            if index > 0 { bytes += lines(["--\(MailMessage.boundary)"]) }
            bytes += lines([
                "Content-Type: \(type); charset=utf-8", "Content-Transfer-Encoding: quoted-printable", "",
            ])
            bytes += QuotedPrintable.encode(body) + lines([""])
        }
        return bytes + lines(["--\(MailMessage.boundary)--"])
    }
}

private func lines(_ lines: [String]) -> [UInt8] { lines.flatMap { Array($0.utf8) + [0x0D, 0x0A] } }

private func onlyTag(_ text: String) -> String {
    text.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
}
