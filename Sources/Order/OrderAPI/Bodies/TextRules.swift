import JSON

extension JSONReader {
    /// A line of text of 1 to 200 characters; nil after a fault.
    func line(length: ClosedRange<Int> = 1...200) -> String? {
        guard let text = string(length: length) else { return nil }
        guard !text.unicodeScalars.contains(where: \.isControl) else {
            fault("must not have control characters")
            return nil
        }
        return text
    }

    /// As ``line(length:)``, or nil where there is nothing here.
    func optionalLine(length: ClosedRange<Int> = 1...200) -> String? { isAbsent ? nil : line(length: length) }
}

extension String {
    /// Whether mail could be sent there, by its form: one `@`, something before it, and behind it labels with points
    /// between them. Whether somebody reads it, only a message can tell.
    var looksLikeAnEmailAddress: Bool {
        let parts = split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty else { return false }
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        return labels.allSatisfy { !$0.isEmpty }
            && unicodeScalars.allSatisfy(\.mayStandInAnAddress)
    }
}

extension Unicode.Scalar {
    /// Whether an e-mail address may have it without quotes.
    fileprivate var mayStandInAnAddress: Bool {
        switch self {
        case "<", ">", "(", ")", "[", "]", ",", ";", ":", "\\", "\"": false
        default: isASCII ? (0x21...0x7E).contains(value) : !isControl && !properties.isWhitespace
        }
    }

    /// A control character, or a separator of lines or paragraphs: what could end the line in a log or a mail's header.
    fileprivate var isControl: Bool {
        value < 0x20 || (0x7F...0x9F).contains(value) || value == 0x2028 || value == 0x2029
    }
}
