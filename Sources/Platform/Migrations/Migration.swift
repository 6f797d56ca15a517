import Cryptography

/// One step of a schema: an SQL file that is applied once and never changed after that.
///
/// Its name is `V0001__what_it_does.sql`. It runs in a transaction of its own, unless its first line is
/// `-- tradewind:no-transaction`; it then must hold a single statement, such as `CREATE INDEX CONCURRENTLY`.
public struct Migration: Sendable, Equatable {
    /// The position in the order of all steps, from 1.
    public let version: Int
    /// What it does, as in the file's name.
    public let description: String
    /// The name of the file.
    public let fileName: String
    /// What is sent to the server, byte by byte the file.
    public let sql: String
    /// The SHA-256 of the file, in hexadecimal.
    public let checksum: String
    /// Whether it runs in a transaction.
    public let isTransactional: Bool

    static let noTransactionMark = "-- tradewind:no-transaction"

    /// - Throws: ``MigrationError`` `badFile` when the name is not as above, or the bytes are not UTF-8 or empty.
    public init(fileName: String, bytes: [UInt8]) throws(MigrationError) {
        guard let (version, description) = Self.parse(fileName) else {
            throw .badFile(fileName, "its name is not like V0001__what_it_does.sql")
        }
        guard let sql = String(validating: bytes, as: UTF8.self), !sql.utf8.contains(0) else {
            throw .badFile(fileName, "it is not UTF-8 text")
        }
        guard sql.contains(where: { !$0.isWhitespace }) else { throw .badFile(fileName, "it is empty") }
        self.version = version
        self.description = description
        self.fileName = fileName
        self.sql = sql
        checksum = SHA256.hexadecimal(bytes)
        let firstLine = sql.prefix { !$0.isNewline }
        isTransactional = !firstLine.hasPrefix(Self.noTransactionMark)
    }

    private static func parse(_ fileName: String) -> (version: Int, description: String)? {
        guard fileName.hasPrefix("V"), fileName.hasSuffix(".sql") else { return nil }
        let stem = fileName.dropFirst().dropLast(4)
        let digits = stem.prefix(4)
        let rest = stem.dropFirst(4)
        guard digits.count == 4, digits.utf8.allSatisfy({ (48...57).contains($0) }), let version = Int(digits),
            version > 0, rest.hasPrefix("__"), rest.count > 2
        else { return nil }
        return (version, String(rest.dropFirst(2)))
    }

    /// The name of the file of a step that is known from the history.
    static func fileName(version: Int, description: String) -> String {
        let digits = String(version)
        return "V\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)__\(description).sql"
    }
}
