/// Text in lines of 76 characters of ASCII (RFC 2045 section 6.7).
enum QuotedPrintable {
    private static let width = 76

    /// The text with CRLF between its lines, of whatever kind its line breaks were.
    static func encode(_ text: String) -> [UInt8] {
        var encoded: [UInt8] = []
        encoded.reserveCapacity(text.utf8.count * 5 / 4)
        var bytes = Array(text.utf8)[...]
        while let (line, rest) = bytes.nextLine {
            encode(line, into: &encoded)
            guard let rest else { break }
            encoded += [0x0D, 0x0A]
            bytes = rest
        }
        return encoded
    }

    private static func encode(_ line: ArraySlice<UInt8>, into encoded: inout [UInt8]) {
        var column = 0
        for index in line.indices {
            let byte = line[index]
            let isLast = index == line.endIndex - 1
            // White space at the end of a line would be lost.
            let isPlain = (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "=") || isBlank(byte) && !isLast
            let length = isPlain ? 1 : 3
            // Only the end of a line needs no room for a soft break behind it.
            if column + length > (isLast ? width : width - 1) {
                encoded += [UInt8(ascii: "="), 0x0D, 0x0A]
                column = 0
            }
            if isPlain {
                encoded.append(byte)
            } else {
                encoded.append(UInt8(ascii: "="))
                encoded.append(digit(byte >> 4))
                encoded.append(digit(byte & 0xF))
            }
            column += length
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}

extension ArraySlice<UInt8> {
    /// What comes before the first CR, LF or CRLF, and what behind; nil for the latter where there is none.
    fileprivate var nextLine: (line: ArraySlice, rest: ArraySlice?)? {
        guard let end = firstIndex(where: { $0 == 0x0D || $0 == 0x0A }) else { return (self, nil) }
        let next = index(after: end)
        let isPair = self[end] == 0x0D && next < endIndex && self[next] == 0x0A
        return (self[..<end], self[(isPair ? index(after: next) : next)...])
    }
}
