/// Looks at the tags of a template before the library does.
///
/// The library reads a template recursively, lets a template change its delimiters, and takes any text of the data for a
/// partial: a customer's name could then be a template. What it must not see is refused here.
struct TagCheck {
    private let text: String
    private let bytes: [UInt8]
    private var depth = 0

    /// - Throws: ``TemplateError`` for the first tag that is refused. Tags that are not closed are the library's to find.
    static func check(_ text: String) throws(TemplateError) {
        var check = TagCheck(text: text, bytes: Array(text.utf8))
        try check.run()
    }

    private init(text: String, bytes: [UInt8]) {
        self.text = text
        self.bytes = bytes
    }

    private mutating func run() throws(TemplateError) {
        var position = 0
        while let start = firstIndex(of: "{{", from: position) {
            let isTriple = bytes.dropFirst(start + 2).first == UInt8(ascii: "{")
            let contents = start + (isTriple ? 3 : 2)
            guard let end = firstIndex(of: isTriple ? "}}}" : "}}", from: contents) else { return }
            try check(tag: trimmed(bytes[contents..<end]), isTriple: isTriple, at: start)
            position = end + (isTriple ? 3 : 2)
        }
    }

    private mutating func check(tag: ArraySlice<UInt8>, isTriple: Bool, at offset: Int) throws(TemplateError) {
        guard let sign = tag.first else { throw error(.syntax, "The tag has no name", at: offset) }
        if sign == UInt8(ascii: "=") {
            throw error(.unsupportedTag, "The delimiters cannot be changed", at: offset)
        }
        guard !isTriple, "#^/>&".utf8.contains(sign) else { return }
        guard !trimmed(tag.dropFirst()).isEmpty else { throw error(.syntax, "The tag has no name", at: offset) }
        switch sign {
        case UInt8(ascii: ">"): throw error(.unsupportedTag, "Partials are not supported", at: offset)
        case UInt8(ascii: "/"): depth -= 1
        case UInt8(ascii: "#"), UInt8(ascii: "^"):
            depth += 1
            guard depth <= Template.maximumDepth else {
                throw error(.tooDeep, "Sections are nested more than \(Template.maximumDepth) deep", at: offset)
            }
        default: break
        }
    }

    private func error(_ code: TemplateError.Code, _ message: String, at offset: Int) -> TemplateError {
        TemplateError(code, message, at: TemplatePosition(offset: offset, in: text))
    }

    private func firstIndex(of delimiter: StaticString, from start: Int) -> Int? {
        let length = delimiter.utf8CodeUnitCount
        guard start + length <= bytes.count else { return nil }
        let wanted = delimiter.utf8Start[0]
        return (start...(bytes.count - length)).first { index in
            // All bytes of a delimiter are the same.
            (index..<(index + length)).allSatisfy { bytes[$0] == wanted }
        }
    }

    private func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
        let rest = bytes.drop(while: isSpace)
        return rest.prefix((rest.lastIndex { !isSpace($0) } ?? rest.startIndex - 1) - rest.startIndex + 1)
    }
}
