import DomainKit
import Encodings
import Mail

extension FuzzTarget {
    /// What strangers call themselves: a line that is an address, and a text that is a name, a subject and a body. A mail keeps
    /// its headers and parts, whatever is in them, and is ASCII in short lines.
    static let mails = FuzzTarget(name: "mails") { input in
        let lines = String(input).split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
        let (first, text) = (String(lines[0]), lines.count > 1 ? String(lines[1]) : "")
        if let server = try? SMTPServer(url: first) {
            require((1...65_535).contains(server.port), "\(server) has a port")
        }
        _ = try? Mailbox(parsing: first)
        let given = try? MailAddress(first)
        if let given { require(given.description == first, "\(first) is written as it is read") }
        guard let harmless = try? MailAddress("ann@example.org"), let id = MessageID("1.0", at: "example.org") else {
            return
        }
        var mail = MailMessage(
            from: Mailbox(name: first, harmless), to: Mailbox(name: text, given ?? harmless), subject: text, text: text,
            html: text, date: Timestamp(microseconds: 1_800_000_000_000_000), id: id)
        mail.language = first
        mail.unsubscription = Unsubscription(address: given ?? harmless, subject: text, url: first)
        let shown = String(decoding: mail.bytes, as: UTF8.self).split(
            separator: "\r\n", omittingEmptySubsequences: false)
        let isShort = shown.allSatisfy {
            $0.utf8.count <= 998 && $0.utf8.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x09 }
        }
        require(isShort, "every line of \(shown) is printable and short")
        let heads = shown.prefix { !$0.isEmpty }.filter { !$0.hasPrefix(" ") }
        let names = heads.map { line in String(line.prefix { $0 != ":" }) }
        let known = [
            "From", "To", "Subject", "Date", "Message-ID", "Content-Language", "Auto-Submitted", "List-Unsubscribe",
            "List-Unsubscribe-Post", "MIME-Version", "Content-Type",
        ]
        require(names == known.filter { names.contains($0) }, "\(names) are those that were meant")
        let boundaries = shown.count { $0.hasPrefix("--=_alternative") }
        require(boundaries == 3, "\(shown) has two parts")
    }
}
