/// One tag of a template, such as `{{#items}}`.
struct Tag {
    enum Kind {
        /// `{{name}}`, `{{{name}}}` and `{{&name}}`.
        case value
        /// `{{#name}}`
        case section
        /// `{{^name}}`
        case invertedSection
        /// `{{/name}}`
        case end
        /// `{{!…}}`
        case comment
        /// `{{>name}}`
        case partial
        /// `{{=…=}}`
        case delimiters
    }

    let kind: Kind
    /// Empty where the tag has none.
    let name: String
    /// Where the tag begins, in bytes.
    let offset: Int

    fileprivate init(contents: ArraySlice<UInt8>, isTriple: Bool, offset: Int) {
        self.offset = offset
        let contents = trimmed(contents)
        let kind = isTriple && contents.first != UInt8(ascii: "=") ? nil : contents.first.flatMap(Kind.init(sign:))
        self.kind = kind ?? .value
        name = String(decoding: kind == nil ? contents : trimmed(contents.dropFirst()), as: UTF8.self)
    }
}

extension Tag.Kind {
    fileprivate init?(sign: UInt8) {
        switch sign {
        case UInt8(ascii: "#"): self = .section
        case UInt8(ascii: "^"): self = .invertedSection
        case UInt8(ascii: "/"): self = .end
        case UInt8(ascii: "!"): self = .comment
        case UInt8(ascii: ">"): self = .partial
        case UInt8(ascii: "="): self = .delimiters
        case UInt8(ascii: "&"): self = .value
        default: return nil
        }
    }
}

/// The tags of a text, in order, up to one that is not closed.
struct TagScanner: Sequence, IteratorProtocol {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    mutating func next() -> Tag? {
        guard let start = firstIndex(of: 2, UInt8(ascii: "{"), from: position) else { return nil }
        let isTriple = bytes.dropFirst(start + 2).first == UInt8(ascii: "{")
        let width = isTriple ? 3 : 2
        guard let end = firstIndex(of: width, UInt8(ascii: "}"), from: start + width) else { return nil }
        position = end + width
        return Tag(contents: bytes[(start + width)..<end], isTriple: isTriple, offset: start)
    }

    /// Where `count` times `byte` stands first.
    private func firstIndex(of count: Int, _ byte: UInt8, from start: Int) -> Int? {
        guard start + count <= bytes.count else { return nil }
        return (start...(bytes.count - count)).first { index in
            (index..<(index + count)).allSatisfy { bytes[$0] == byte }
        }
    }
}

private func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
    let rest = bytes.drop(while: isSpace)
    return rest.prefix((rest.lastIndex { !isSpace($0) } ?? rest.startIndex - 1) - rest.startIndex + 1)
}
