import CLibpq

/// The result of one statement. Owns the `PGresult` and frees it.
///
/// Not `Sendable`: rows are decoded where the statement ran.
struct QueryResult: ~Copyable {
    private let handle: OpaquePointer

    init(taking handle: OpaquePointer) {
        self.handle = handle
    }

    deinit { PQclear(handle) }

    var status: ExecStatusType { PQresultStatus(handle) }

    /// Whether the server refused the statement.
    var isFailure: Bool {
        switch status {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY, PGRES_PIPELINE_SYNC: false
        default: true
        }
    }

    /// How many rows came back.
    var rowCount: Int { Int(PQntuples(handle)) }

    /// How many rows an INSERT, UPDATE, DELETE or SELECT concerned; 0 for other commands.
    var affectedRows: Int {
        guard let text = PQcmdTuples(handle) else { return 0 }
        return Int(String(cString: text)) ?? 0
    }

    /// The command's name as the server answered it, such as `COMMIT`.
    var commandTag: String { PQcmdStatus(handle).map { String(cString: $0) } ?? "" }

    /// Decodes every row.
    func rows<Value>(
        _ decode: (borrowing PostgresRow) throws -> Value
    ) throws(PostgresError) -> [Value] {
        var values: [Value] = []
        let count = PQntuples(handle)
        values.reserveCapacity(Int(count))
        for index in 0..<count {
            do {
                values.append(try decode(PostgresRow(of: handle, at: index)))
            } catch let error as PostgresError {
                throw error
            } catch {
                throw PostgresError(.decoding, "row \(index) was refused: \(error)", underlying: error)
            }
        }
        return values
    }

    /// The server's error. Meaningful only when ``isFailure``.
    var error: PostgresError {
        func field(_ code: Int32) -> String? {
            PQresultErrorField(handle, code).map { String(cString: $0) }
        }
        let whole = PQresultErrorMessage(handle).map { trimmed(String(cString: $0)) } ?? ""
        return PostgresError(
            .server, field(Diagnostic.message) ?? (whole.isEmpty ? "unexpected result \(status.rawValue)" : whole),
            sqlState: field(Diagnostic.sqlState), constraint: field(Diagnostic.constraint),
            table: field(Diagnostic.table), detail: field(Diagnostic.detail), hint: field(Diagnostic.hint))
    }

    /// The `PG_DIAG_…` field codes, which are characters in C.
    private enum Diagnostic {
        static let sqlState = Int32(UInt8(ascii: "C"))
        static let message = Int32(UInt8(ascii: "M"))
        static let detail = Int32(UInt8(ascii: "D"))
        static let hint = Int32(UInt8(ascii: "H"))
        static let table = Int32(UInt8(ascii: "t"))
        static let constraint = Int32(UInt8(ascii: "n"))
    }
}

/// `text` without the line end that libpq puts behind its messages.
func trimmed(_ text: String) -> String {
    var text = text[...]
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
}
