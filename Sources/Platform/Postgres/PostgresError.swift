import DomainKit

/// What went wrong with PostgreSQL: a stable code, what the server said, and where in the program.
///
/// `description` is safe to show to operators and holds no data; `debugDescription` holds all that is known and belongs in
/// the log, but for what the server repeats of a row or a value: that may be about a person. Neither holds a password.
public struct PostgresError: Error {
    /// The kind of failure. Stable: switch over it.
    public enum Code: String, Sendable {
        /// No connection could be opened, or the one in use was lost.
        case connection
        /// The server refused the statement; see ``PostgresError/sqlState``.
        case server
        /// Neither an answer nor the end of the connection came in time.
        case timeout
        /// All connections of the pool stayed in use for the whole acquire timeout.
        case poolExhausted
        /// The task was cancelled; a statement under way was cancelled on the server too.
        case cancelled
        /// A row did not have the expected column, type or value.
        case decoding
        /// A parameter cannot be sent, such as a text with a NUL character.
        case invalidParameter
        /// COMMIT was sent and its answer never came: it may or may not have happened.
        case commitOutcomeUnknown
        /// COMMIT was answered with a rollback, because a statement's error had been swallowed.
        case transactionAborted
        /// The pool, connection or transaction is over.
        case closed
    }

    /// The kind of failure.
    public var code: Code
    /// The five-character SQLSTATE of the server, such as `23505`.
    public var sqlState: String?
    /// The name of the violated constraint.
    public var constraint: String?
    /// The table concerned, when the server names it.
    public var table: String?
    /// The primary message: the server's, or ours when it did not come from the server.
    public var message: String
    /// The server's details, which can repeat data of the row.
    public var detail: String?
    /// The server's hint.
    public var hint: String?
    /// The statement, without its parameters.
    public var statement: String?
    /// The source file of the call.
    public var file: String
    /// The line of the call.
    public var line: Int
    /// The error under this one.
    public var underlying: (any Error)?

    /// Creates an error.
    public init(
        _ code: Code, _ message: String, sqlState: String? = nil, constraint: String? = nil, table: String? = nil,
        detail: String? = nil, hint: String? = nil, statement: String? = nil, underlying: (any Error)? = nil,
        file: String = #fileID, line: Int = #line
    ) {
        self.code = code
        self.message = message
        self.sqlState = sqlState
        self.constraint = constraint
        self.table = table
        self.detail = detail
        self.hint = hint
        self.statement = statement
        self.underlying = underlying
        self.file = file
        self.line = line
    }

    /// This error, as coming from a call at the given place with the given statement.
    func at(_ place: SourcePlace, statement: String? = nil) -> PostgresError {
        var copy = self
        copy.file = place.file
        copy.line = place.line
        if let statement { copy.statement = statement }
        return copy
    }
}

/// Where in the program a call was written.
struct SourcePlace: Sendable {
    let file: String
    let line: Int

    init(_ file: String = #fileID, _ line: Int = #line) {
        self.file = file
        self.line = line
    }
}

extension PostgresError {
    /// Whether the whole transaction can be run again at once: serialization failure, deadlock, or a plan that a
    /// schema change has made stale.
    public var isRetryable: Bool {
        switch sqlState {
        case SQLState.serializationFailure, SQLState.deadlockDetected: true
        default: isStaleStatement
        }
    }

    /// Whether a statement prepared earlier no longer fits.
    var isStaleStatement: Bool {
        sqlState == SQLState.invalidStatementName
            || (sqlState == SQLState.featureNotSupported && message.hasPrefix("cached plan must not change"))
    }

    /// Whether the database could not be reached or cannot serve now. It is nobody's fault but the database's, and
    /// the same call can succeed later.
    public var isUnreachable: Bool {
        switch code {
        case .connection, .timeout, .poolExhausted, .commitOutcomeUnknown: true
        case .server: sqlState.map(SQLState.isUnreachable) ?? false
        default: false
        }
    }

    /// Whether a unique constraint, the named one if given, was violated.
    public func isUniqueViolation(of constraint: String? = nil) -> Bool {
        sqlState == SQLState.uniqueViolation && (constraint == nil || constraint == self.constraint)
    }
}

extension PostgresError: TemporarilyUnavailable {
    public var isTemporarilyUnavailable: Bool { isUnreachable }
}

extension PostgresError: CustomStringConvertible, CustomDebugStringConvertible {
    /// What happened, without any data.
    public var description: String {
        var text = "PostgreSQL: \(code.rawValue)"
        if let sqlState { text += " \(sqlState)" }
        if let constraint { text += " (constraint \(constraint))" }
        return text
    }

    /// Everything that is known but for the data that the server repeats.
    public var debugDescription: String {
        var text = "\(description): \(repeatsData ? message.beforeQuotedValue : message)"
        if let table { text += "; table: \(table)" }
        if let detail, !repeatsData { text += "; detail: \(detail)" }
        if let hint { text += "; hint: \(hint)" }
        if let statement { text += "; statement: \(statement)" }
        if let underlying { text += "; caused by: \(String(reflecting: underlying))" }
        return text + "; at \(file):\(line)"
    }
}

extension PostgresError {
    /// Whether the server's words can hold a row or a value: data exceptions (class 22) and violated constraints (23).
    fileprivate var repeatsData: Bool { sqlState.map { $0.hasPrefix("22") || $0.hasPrefix("23") } ?? false }
}

extension String {
    /// `invalid input syntax for type uuid: "…"` without the value.
    fileprivate var beforeQuotedValue: String {
        guard let colon = utf8.firstIndex(of: UInt8(ascii: ":")) else { return self }
        return String(self[..<colon])
    }
}
