/// What is sent to the server in one go, and which statement each command belongs to.
struct StatementBatch {
    private(set) var commands: [ConnectionHandle.Command] = []
    /// The statement of each command; nil for BEGIN and COMMIT.
    private var statements: [PostgresStatement?] = []
    /// Names that this batch prepares, and at which command.
    private var preparing: [(command: Int, sql: String, name: String)] = []

    var isEmpty: Bool { commands.isEmpty }

    mutating func append(_ command: ConnectionHandle.Command) {
        commands.append(command)
        statements.append(nil)
    }

    /// Adds a statement, and what prepares it where `prepared` does not know it yet.
    /// - Returns: the number of the command whose result is the statement's.
    @discardableResult
    mutating func append(
        _ statement: PostgresStatement, _ parameters: ParameterBuffer, _ prepared: inout PreparedStatements
    ) -> Int {
        let known = prepared.name(of: statement.sql) ?? preparing.first { $0.sql == statement.sql }?.name
        if let known {
            commands.append(.execute(name: known, parameters))
        } else if let name = prepared.newName() {
            preparing.append((commands.count, statement.sql, name))
            commands.append(.prepare(name: name, sql: statement.sql))
            statements.append(statement)
            commands.append(.execute(name: name, parameters))
        } else {
            commands.append(.run(statement.sql, parameters))
        }
        statements.append(statement)
        return commands.count - 1
    }

    /// Enters what the server has prepared, all of it or what came before the first failure.
    func note(succeeded count: Int, in prepared: inout PreparedStatements) {
        for (command, sql, name) in preparing where command < count { prepared.note(name, for: sql) }
    }

    /// The statement that failed; nil where that was BEGIN or COMMIT, or the session broke.
    func failed(_ failure: ConnectionHandle.Failure) -> PostgresStatement? {
        guard failure.error.code == .server, statements.indices.contains(failure.succeeded) else { return nil }
        return statements[failure.succeeded]
    }

    /// `error` as coming from `statement`, or from the last one: whoever waits for that is told.
    func attributed(_ error: PostgresError, to statement: PostgresStatement? = nil) -> PostgresError {
        guard let statement = statement ?? statements.last ?? nil else { return error }
        return error.at(statement.place, statement: statement.sql)
    }
}

/// The statements that a session has prepared, by their text.
struct PreparedStatements {
    /// Statements beyond this many are not prepared: texts that are put together at run time must not fill the server.
    private static let limit = 500

    private var names: [String: String] = [:]
    private var count = 0

    func name(of sql: String) -> String? { names[sql] }

    /// A name that was not used before; nil where there are enough.
    mutating func newName() -> String? {
        guard names.count < Self.limit else { return nil }
        count += 1
        return "s\(count)"
    }

    mutating func note(_ name: String, for sql: String) { names[sql] = name }

    /// A schema change has made the plan stale, or a pooler has swapped the session under it.
    mutating func forget(_ sql: String) { names[sql] = nil }

    mutating func forgetAll() { names = [:] }
}
