/// Whatever runs statements: a connection, a transaction, or a pool (each statement on its own).
///
/// Statements are prepared once per connection and kept by their text, so put values into parameters (`$1`), never
/// into the text.
public protocol PostgresStatements: Sendable {
    /// Runs one statement.
    /// - Parameter decode: Called for each row where the statement ran; `nil` when rows do not matter.
    /// - Returns: The decoded rows, and how many rows the statement concerned.
    func run<Value: Sendable>(
        _ statement: PostgresStatement, decode: (@Sendable (borrowing PostgresRow) throws -> Value)?
    ) async throws(PostgresError) -> (rows: [Value], affected: Int)
}

/// One statement with its parameters, and where in the program it was called.
public struct PostgresStatement: Sendable {
    public let sql: String
    public let parameters: [PostgresValue]
    let place: SourcePlace

    public init(_ sql: String, _ parameters: [PostgresValue] = [], file: String = #fileID, line: Int = #line) {
        self.sql = sql
        self.parameters = parameters
        self.place = SourcePlace(file, line)
    }

    /// The parameters as libpq takes them.
    func encoded() throws(PostgresError) -> ParameterBuffer {
        do throws(PostgresError) {
            return try ParameterBuffer(parameters)
        } catch {
            throw error.at(place, statement: sql)
        }
    }
}

extension PostgresStatements {
    /// Runs a statement and decodes every row.
    /// - Throws: ``PostgresError``; an error thrown by `decode` comes as `decoding` with that error under it.
    public func query<Value: Sendable>(
        _ sql: String, _ parameters: [PostgresValue] = [], file: String = #fileID, line: Int = #line,
        as decode: @escaping @Sendable (borrowing PostgresRow) throws -> Value
    ) async throws(PostgresError) -> [Value] {
        try await run(PostgresStatement(sql, parameters, file: file, line: line), decode: decode).rows
    }

    /// Runs a statement and decodes its first row, or returns `nil` when there is none.
    public func first<Value: Sendable>(
        _ sql: String, _ parameters: [PostgresValue] = [], file: String = #fileID, line: Int = #line,
        as decode: @escaping @Sendable (borrowing PostgresRow) throws -> Value
    ) async throws(PostgresError) -> Value? {
        try await run(PostgresStatement(sql, parameters, file: file, line: line), decode: decode).rows.first
    }

    /// Runs a statement for its effect.
    /// - Returns: How many rows it inserted, changed or deleted.
    @discardableResult
    public func execute(
        _ sql: String, _ parameters: [PostgresValue] = [], file: String = #fileID, line: Int = #line
    ) async throws(PostgresError) -> Int {
        let decode: (@Sendable (borrowing PostgresRow) throws -> Bool)? = nil
        return try await run(PostgresStatement(sql, parameters, file: file, line: line), decode: decode).affected
    }
}

/// What another session sent with `NOTIFY`.
public struct PostgresNotification: Sendable, Equatable {
    /// The channel it came on.
    public let channel: String
    /// The text that came with it, or an empty one.
    public let payload: String
    /// The sender's server process.
    public let processID: Int32
}

/// How a transaction sees others.
public enum PostgresIsolation: String, Sendable {
    case readCommitted = "READ COMMITTED"
    case repeatableRead = "REPEATABLE READ"
    case serializable = "SERIALIZABLE"
}
