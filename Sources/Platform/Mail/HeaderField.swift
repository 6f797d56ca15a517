/// Header fields whose texts are somebody else's: folded, and without anything that could end the line.
enum HeaderField {
    /// A line has this many characters (RFC 5322 section 2.1.1).
    private static let width = 78

    /// A field of free text, such as `Subject`.
    static func text(_ name: String, _ text: String) -> String {
        let text = oneLine(text)
        return folded(text, behind: name.utf8.count + 2).map { "\(name): \($0)" }
            ?? "\(name): \(EncodedWord.encode(text, behind: name.utf8.count + 2))"
    }

    /// A field with one mailbox, such as `To`.
    static func mailbox(_ name: String, _ mailbox: Mailbox) -> String {
        let address = "<\(mailbox.address)>"
        let phrase = mailbox.name.map(oneLine) ?? ""
        guard !phrase.isEmpty else { return "\(name): \(mailbox.address)" }
        let shown = quoted(phrase) ?? EncodedWord.encode(phrase, behind: name.utf8.count + 2)
        let lastLine = shown.split(separator: "\r\n").last.map { $0.utf8.count } ?? 0
        let isLong = name.utf8.count + 2 + lastLine + 1 + address.utf8.count > width
        return "\(name): \(shown)\(isLong ? "\r\n" : "") \(address)"
    }

    /// The text with breaks of lines at spaces; nil where it has something besides ASCII, looks like an encoded word, or has
    /// no space where one is needed.
    private static func folded(_ text: String, behind used: Int) -> String? {
        guard text.isPrintableASCII, !text.contains("=?") else { return nil }
        var (folded, column) = ("", used)
        for word in text.split(separator: " ") {
            let length = word.utf8.count
            guard length < width else { return nil }
            if folded.isEmpty {
                guard used + length <= width else { return nil }
            } else if column + 1 + length <= width {
                folded += " "
                column += 1
            } else {
                folded += "\r\n "
                column = 1
            }
            folded += word
            column += length
        }
        return folded
    }

    /// The text as a `quoted-string`; nil where it has something besides ASCII, looks like an encoded word, or is long.
    private static func quoted(_ text: String) -> String? {
        guard text.isPrintableASCII, !text.contains("=?"), text.utf8.count <= 60 else { return nil }
        let isAtoms = text.split(separator: " ").allSatisfy { !$0.contains(".") && $0.isDotAtom }
        if isAtoms { return text }
        return "\"" + text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined() + "\""
    }

    /// The text with a space for each run of white space, control characters and line breaks of any kind, and none at its
    /// ends.
    static func oneLine(_ text: String) -> String {
        text.unicodeScalars
            .split { $0.properties.isWhitespace || $0.properties.generalCategory == .control }
            .map { String(String.UnicodeScalarView($0)) }
            .joined(separator: " ")
    }
}

extension String {
    fileprivate var isPrintableASCII: Bool { utf8.allSatisfy { (0x20...0x7E).contains($0) } }
}
