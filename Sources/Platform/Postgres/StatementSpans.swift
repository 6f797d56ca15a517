import Tracing

/// Makes the spans of statements, by OpenTelemetry's conventions for databases, where the task is at work for something
/// that is recorded.
struct StatementSpans: Sendable {
    private let target: [SpanAttribute]

    init(_ settings: PostgresSettings) {
        let (host, port, database) = settings.target
        target = [
            SpanAttribute("db.system.name", .string("postgresql")), SpanAttribute("db.namespace", .string(database)),
            SpanAttribute("server.address", .string(host)), SpanAttribute("server.port", .integer(port)),
        ]
    }

    /// Begins the span of one statement, or of two in one round trip. Their texts have parameters in place of values, and
    /// so nothing that is secret.
    func begin(_ sql: String, with second: String? = nil) -> Span? {
        guard let current = Span.current else { return nil }
        let text = second.map { "\(sql);\n\($0)" } ?? sql
        let summary = querySummary(text)
        let attributes = [
            SpanAttribute("db.query.summary", .string(summary)),
            SpanAttribute("db.query.text", .string(String(text.prefix(1_000)))),
        ]
        return current.child(summary, .client, attributes: target + attributes)
    }

    /// Begins the span of a transaction, from its first statement to its end.
    func beginTransaction() -> Span? { Span.current?.child("transaction", attributes: target) }
}

extension Span {
    func fail(_ error: PostgresError) {
        if let state = error.sqlState { set("db.response.status_code", .string(state)) }
        fail(error.sqlState ?? error.code.rawValue)
    }
}

/// What a statement does to which tables, in their order: `INSERT orders INSERT order_lines`. Of few different values.
func querySummary(_ sql: String) -> String {
    var words: [Substring] = []
    var expectsTarget = false
    var previous = ""
    for word in sql.split(whereSeparator: { " \n\t(),;".contains($0) }) {
        let keyword = word.uppercased()
        defer { previous = keyword }
        switch keyword {
        // A lock, or what an insertion does instead.
        case "UPDATE" where ["FOR", "KEY", "DO"].contains(previous): break
        case "SELECT", "INSERT", "UPDATE", "DELETE", "COMMIT", "LISTEN":
            words.append(word)
            expectsTarget = ["UPDATE", "LISTEN"].contains(keyword)
        case "INTO", "FROM", "JOIN": expectsTarget = true
        case "ONLY" where expectsTarget: break
        case _ where expectsTarget:
            expectsTarget = false
            let isName = word.utf8.allSatisfy { $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".") || isLetter($0) }
            if isName, word != "unnest" { words.append(word) }
        default: break
        }
    }
    if words.isEmpty { words = sql.split(whereSeparator: \.isWhitespace).prefix(1).map { $0 } }
    return String(words.joined(separator: " ").prefix(255))
}

private func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}
