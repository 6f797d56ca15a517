/// A statement and how each of its rows is read.
public struct PostgresQuery<Row: Sendable>: Sendable {
    public let statement: PostgresStatement
    public let decode: @Sendable (borrowing PostgresRow) throws -> Row

    /// - Parameter decode: called for each row where the statement ran.
    public init(
        _ sql: String, _ parameters: [PostgresValue] = [], file: String = #fileID, line: Int = #line,
        as decode: @escaping @Sendable (borrowing PostgresRow) throws -> Row
    ) {
        statement = PostgresStatement(sql, parameters, file: file, line: line)
        self.decode = decode
    }

    init(_ statement: PostgresStatement, as decode: @escaping @Sendable (borrowing PostgresRow) throws -> Row) {
        self.statement = statement
        self.decode = decode
    }

    /// The rows of `result`, or why they cannot be read.
    func rows(of result: borrowing QueryResult) -> Result<[Row], PostgresError> {
        do throws(PostgresError) {
            return .success(try result.rows(decode))
        } catch {
            return .failure(error.at(statement.place, statement: statement.sql))
        }
    }
}
