import Tracing

/// One transaction, lent to the closure that works in it.
///
/// Statements after that closure has returned throw ``PostgresError`` `closed`.
public struct PostgresTransaction: PostgresStatements {
    /// The session that the transaction runs in.
    public let connection: PostgresConnection
    let number: UInt64

    public func run<Value: Sendable>(
        _ statement: PostgresStatement, decode: (@Sendable (borrowing PostgresRow) throws -> Value)?
    ) async throws(PostgresError) -> (rows: [Value], affected: Int) {
        try await connection.checkIsOpen(number)
        return try await connection.run(statement, decode: decode)
    }

    /// Runs two queries in one round trip, `second` after `first`, whose rows it must not need.
    /// - Returns: the rows of both.
    public func run<First: Sendable, Second: Sendable>(
        _ first: PostgresQuery<First>, _ second: PostgresQuery<Second>
    ) async throws(PostgresError) -> ([First], [Second]) {
        try await connection.checkIsOpen(number)
        return try await connection.run(first, second)
    }

    /// Runs a statement for its effect, and waits for nothing: it travels with the next statement of this transaction, or
    /// with COMMIT. What it would have thrown comes from there, as an error of this call's place.
    ///
    /// Statements keep their order. After one has failed the server skips those behind it, COMMIT included.
    ///
    /// - Throws: ``PostgresError`` `invalidParameter` or `closed`, at once.
    public func enqueue(
        _ sql: String, _ parameters: [PostgresValue] = [], file: String = #fileID, line: Int = #line
    ) async throws(PostgresError) {
        let statement = PostgresStatement(sql, parameters, file: file, line: line)
        try await connection.enqueue(statement, in: number)
    }
}

extension PostgresConnection {
    /// Runs `body` in a transaction: commits when it returns, rolls back when it throws.
    ///
    /// After a serialization failure or a deadlock everything is run again at once, up to five times in all, so `body`
    /// must change nothing outside the database that a second run would do twice.
    ///
    /// - Throws: What `body` throws, or ``PostgresError``: `commitOutcomeUnknown` when the connection was lost while
    ///   committing, `transactionAborted` when `body` swallowed the failure of a statement.
    @discardableResult
    public nonisolated func transaction<Value: Sendable>(
        isolation: PostgresIsolation = .readCommitted,
        _ body: @Sendable (PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        guard let span = spans.beginTransaction() else { return try await attempt(isolation, body) }
        return try await span.measure { try await attempt(isolation, body) }
    }

    private nonisolated func attempt<Value: Sendable>(
        _ isolation: PostgresIsolation, _ body: @Sendable (PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        var attempt = 1
        while true {
            let number = try await begin(isolation)
            do {
                let value = try await body(PostgresTransaction(connection: self, number: number))
                try await commit(number)
                return value
            } catch {
                let canRunAgain = await rollback(number)
                guard canRunAgain, attempt < 5, !Task.isCancelled else { throw error }
                attempt += 1
            }
        }
    }
}

/// Where a connection stands with its transaction.
struct TransactionState {
    private(set) var isOpen = false
    private(set) var number: UInt64 = 0
    /// BEGIN, until the first statement takes it along.
    private var pendingBegin: ConnectionHandle.Command?
    /// Statements that nobody waits for, until the next one or COMMIT takes them along.
    private var enqueued: [(statement: PostgresStatement, parameters: ParameterBuffer)] = []
    /// The failure of a statement that decides about this transaction: the last one that is not a mere echo of it.
    private(set) var failure: PostgresError?

    mutating func begin(_ isolation: PostgresIsolation) -> UInt64 {
        number += 1
        isOpen = true
        failure = nil
        pendingBegin = .plain("BEGIN ISOLATION LEVEL \(isolation.rawValue)")
        return number
    }

    mutating func note(_ failure: PostgresError) {
        if failure.sqlState != SQLState.inFailedTransaction { self.failure = failure }
    }

    mutating func takeBegin() -> ConnectionHandle.Command? {
        defer { pendingBegin = nil }
        return pendingBegin
    }

    mutating func enqueue(_ statement: PostgresStatement, _ parameters: ParameterBuffer) {
        enqueued.append((statement, parameters))
    }

    mutating func takeEnqueued() -> [(statement: PostgresStatement, parameters: ParameterBuffer)] {
        defer { enqueued = [] }
        return enqueued
    }

    /// Whether the server has nothing to do for this transaction, not even to end it.
    var isUntouched: Bool { pendingBegin != nil && enqueued.isEmpty }

    mutating func end() {
        isOpen = false
        pendingBegin = nil
        enqueued = []
    }
}
