import Encodings

/// Text beyond ASCII in a header (RFC 2047): `=?utf-8?B?…?=`, several of them where one would be too long.
enum EncodedWord {
    private static let (start, end) = ("=?utf-8?B?", "?=")
    /// The longest word, and the longest line that has one.
    private static let (longestWord, longestLine) = (75, 76)

    /// The text as encoded words on lines of their own, which readers put together without a gap.
    /// - Parameter used: how many characters stand before it on its first line.
    static func encode(_ text: String, behind used: Int) -> String {
        var words: [String] = []
        var bytes: [UInt8] = []
        var room = capacity(longestLine - used)
        func finish() {
            words.append(start + Base64.encode(bytes) + end)
            bytes = []
            room = capacity(longestWord)
        }
        for piece in text.flatMap({ pieces(of: $0) }) {
            if !bytes.isEmpty, bytes.count + piece.count > room { finish() }
            bytes += piece
        }
        if !bytes.isEmpty { finish() }
        return words.joined(separator: "\r\n ")
    }

    /// How many bytes a word of that length can hold.
    private static func capacity(_ length: Int) -> Int {
        max(4, (min(length, longestWord) - start.utf8.count - end.utf8.count) / 4 * 3)
    }

    /// What must stay together: a character as people see it, or its scalars where it is longer than a word.
    private static func pieces(of character: Character) -> [[UInt8]] {
        let bytes = Array(character.utf8)
        guard bytes.count > 36 else { return [bytes] }
        return character.unicodeScalars.map { Array(String($0).utf8) }
    }
}
