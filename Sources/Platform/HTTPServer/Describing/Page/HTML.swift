import JSON

/// Writes HTML: text is escaped, and every element is closed.
struct HTML {
    private(set) var text = ""

    /// An element with text in it.
    mutating func element(_ name: String, _ attributes: [(String, String)] = [], _ content: String) {
        element(name, attributes) { $0.write(content) }
    }

    /// An element with what `body` writes in it.
    mutating func element(
        _ name: String, _ attributes: [(String, String)] = [], _ body: (inout HTML) -> Void = { _ in }
    ) {
        text += "<\(name)"
        for (name, value) in attributes { text += " \(name)=\"\(HTML.escaped(value))\"" }
        text += ">"
        body(&self)
        if !HTML.isVoid(name) { text += "</\(name)>" }
    }

    /// Text for people; what stands between backticks is code.
    mutating func write(_ content: String) {
        let parts = content.split(separator: "`", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            // An odd number of backticks leaves the last one alone.
            let isCode = index % 2 == 1 && index < parts.count - 1
            text += isCode ? "<code>\(HTML.escaped(part))</code>" : HTML.escaped(part)
        }
    }

    /// Text as it is.
    mutating func code(_ content: String) { text += HTML.escaped(content) }

    static func escaped(_ text: some StringProtocol) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            default: escaped.append(character)
            }
        }
        return escaped
    }

    private static func isVoid(_ name: String) -> Bool { name == "meta" || name == "link" || name == "br" }
}

/// JSON text in lines, indented by two spaces a level.
func indented(_ json: [UInt8]) -> String {
    var text: [UInt8] = []
    var level = 0
    var inString = false
    var isEscaped = false
    func line() -> [UInt8] { [10] + repeatElement(32, count: level * 2) }
    for (offset, byte) in json.enumerated() {
        if inString {
            text.append(byte)
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                inString = false
            }
            continue
        }
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            text.append(byte)
            let isEmpty =
                offset + 1 < json.count
                && (json[offset + 1] == UInt8(ascii: "}") || json[offset + 1] == UInt8(ascii: "]"))
            level += 1
            if !isEmpty { text += line() }
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            level -= 1
            let last = text.last
            if last != UInt8(ascii: "{"), last != UInt8(ascii: "[") { text += line() }
            text.append(byte)
        case UInt8(ascii: ","):
            text.append(byte)
            text += line()
        case UInt8(ascii: ":"): text += [byte, 32]
        default:
            if byte == UInt8(ascii: "\"") { inString = true }
            text.append(byte)
        }
    }
    return String(decoding: text, as: UTF8.self)
}
