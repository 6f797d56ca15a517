import Lifecycle
import Synchronization

/// One session with PostgreSQL on a thread of its own.
///
/// libpq blocks, so all of it runs on ``executor``, never on Swift's cooperative pool. Code that runs several
/// statements in a row saves a thread hop per statement by preferring that executor too, as ``PostgresPool`` does:
/// `withTaskExecutorPreference(connection.executor) { … }`.
///
/// A cancelled task cancels its statement on the server. Use one connection for one task at a time.
public actor PostgresConnection: PostgresStatements {
    /// The connection's thread.
    public nonisolated let executor: ThreadExecutor
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let settings: PostgresSettings
    private let metrics: PostgresMetrics?
    private nonisolated let interruption = Interrupt()
    /// Whether ``interrupt()`` was called and not yet noticed.
    private nonisolated let isInterrupted = Atomic<Bool>(false)
    /// The number of the latest call whose task was cancelled.
    private nonisolated let cancelledCall = Atomic<UInt64>(0)
    private var callNumber: UInt64 = 0
    private var handle: ConnectionHandle?
    private var prepared = PreparedStatements()
    private(set) var transaction = TransactionState()
    nonisolated let spans: StatementSpans

    /// Creates a connection that is not open yet.
    public init(_ settings: PostgresSettings) { self.init(settings, metrics: nil) }

    init(_ settings: PostgresSettings, metrics: PostgresMetrics?) {
        self.settings = settings
        self.metrics = metrics
        spans = StatementSpans(settings)
        executor = ThreadExecutor(name: "postgres")
    }

    deinit { executor.stop() }

    /// Opens the session: UTC, ISO dates, UTF-8, and the timeouts of the settings. Does nothing when it is open.
    /// - Throws: ``PostgresError`` `connection` or `timeout` when the server cannot be reached, `server` when it refuses.
    public func open() async throws(PostgresError) {
        if let handle, handle.isUsable { return }
        if let problem = PostgresSettings.problem(withURL: settings.url) {
            throw PostgresError(.connection, "the database URL \(problem)")
        }
        close()
        try await cancellable { isCancelled throws(PostgresError) in
            handle = try ConnectionHandle(opening: settings, interrupt: interruption, isCancelled: isCancelled)
        }
        do throws(PostgresError) {
            try await configure()
        } catch {
            // A session without its settings must not be taken for an open one.
            close()
            throw error
        }
    }

    private func configure() async throws(PostgresError) {
        try await script(
            """
            SET TimeZone = 'UTC'; SET DateStyle = 'ISO, MDY'; SET bytea_output = 'hex';
            SET standard_conforming_strings = on; SET statement_timeout = \(settings.statementTimeout.milliseconds);
            SET idle_in_transaction_session_timeout = \(settings.idleInTransactionTimeout.milliseconds)
            """)
    }

    /// Ends the session. Statements after this throw `closed` until it is opened again.
    public func close() {
        handle = nil
        prepared.forgetAll()
        transaction = TransactionState()
    }

    /// Whether the session is open and in no transaction: fit to be used by somebody else.
    public var isIdle: Bool { handle?.isIdle == true && !transaction.isOpen }

    /// Whether the session is open and idle and, as far as can be known without asking the server, still there.
    public var isAlive: Bool { isIdle && handle?.isAlive() == true }

    /// Whether a transaction is under way on the server.
    public var isInTransaction: Bool { handle?.isInTransaction == true }

    /// The server's process for this session, as `pg_stat_activity.pid`.
    public var processID: Int32? { handle?.processID }

    public func run<Value: Sendable>(
        _ statement: PostgresStatement, decode: (@Sendable (borrowing PostgresRow) throws -> Value)?
    ) async throws(PostgresError) -> (rows: [Value], affected: Int) {
        let span = spans.begin(statement.sql)
        defer { span?.end() }
        return try await cancellable { isCancelled throws(PostgresError) in
            let began = ContinuousClock.now
            defer { metrics?.observe(statement.sql, since: began) }
            do throws(PostgresError) {
                let parameters = try statement.encoded()
                var batch = startBatch()
                let command = batch.append(statement, parameters, &prepared)
                var affected = 0
                var rows = Result<[Value], PostgresError>.success([])
                try send(batch, isCancelled: isCancelled) { number, result in
                    guard number == command else { return }
                    affected = result.affectedRows
                    if let decode { rows = PostgresQuery(statement, as: decode).rows(of: result) }
                }
                return (rows: try rows.get(), affected: affected)
            } catch {
                span?.fail(error)
                throw error
            }
        }
    }

    /// Runs two queries in one round trip, `second` after `first`.
    func run<First: Sendable, Second: Sendable>(
        _ first: PostgresQuery<First>, _ second: PostgresQuery<Second>
    ) async throws(PostgresError) -> ([First], [Second]) {
        let span = spans.begin(first.statement.sql, with: second.statement.sql)
        defer { span?.end() }
        return try await cancellable { isCancelled throws(PostgresError) in
            let began = ContinuousClock.now
            defer { metrics?.observe(first.statement.sql, since: began) }
            do throws(PostgresError) {
                let parameters = (try first.statement.encoded(), try second.statement.encoded())
                var batch = startBatch()
                let commands = (
                    batch.append(first.statement, parameters.0, &prepared),
                    batch.append(second.statement, parameters.1, &prepared)
                )
                var rows = (Result<[First], PostgresError>.success([]), Result<[Second], PostgresError>.success([]))
                try send(batch, isCancelled: isCancelled) { number, result in
                    if number == commands.0 { rows.0 = first.rows(of: result) }
                    if number == commands.1 { rows.1 = second.rows(of: result) }
                }
                return (try rows.0.get(), try rows.1.get())
            } catch {
                span?.fail(error)
                throw error
            }
        }
    }

    /// Runs a statement for its effect, and waits for nothing: it travels with the next statement of this session. Outside
    /// a transaction the two are one: what fails undoes both. What it would have thrown comes from there.
    ///
    /// - Throws: ``PostgresError`` `invalidParameter`, at once.
    public func enqueue(
        _ sql: String, _ parameters: [PostgresValue] = [], file: String = #fileID, line: Int = #line
    ) throws(PostgresError) {
        let statement = PostgresStatement(sql, parameters, file: file, line: line)
        transaction.enqueue(statement, try statement.encoded())
    }

    /// Runs a text of several statements without parameters, all in one transaction unless the text says otherwise.
    public func script(_ sql: String, file: String = #fileID, line: Int = #line) async throws(PostgresError) {
        try await cancellable { isCancelled throws(PostgresError) in
            let before = startBatch()
            if !before.isEmpty { try send(before, isCancelled: { false }) }
            var batch = StatementBatch()
            batch.append(.simple(sql))
            do throws(PostgresError) {
                try send(batch, isCancelled: isCancelled)
            } catch {
                throw error.at(SourcePlace(file, line), statement: sql)
            }
        }
    }

    /// Waits for a `NOTIFY` on a channel that this session listens on (`LISTEN`). The thread sleeps meanwhile.
    /// - Returns: `nil` when `timeout` is over or ``interrupt()`` was called.
    /// - Throws: ``PostgresError`` `cancelled` when the task was cancelled, `connection` when the session was lost.
    public func waitForNotification(timeout: Duration) async throws(PostgresError) -> PostgresNotification? {
        let deadline = ContinuousClock.now + timeout
        return try await cancellable { isCancelled throws(PostgresError) in
            guard let handle else { throw PostgresError(.closed, "the connection is not open") }
            while true {
                if let notification = handle.notification() { return notification }
                if isInterrupted.exchange(false, ordering: .acquiring) { return nil }
                guard handle.isUsable else { throw handle.lost() }
                switch handle.waitForInput(until: deadline) {
                case .ready: continue
                case .timedOut: return nil
                case .interrupted:
                    if isCancelled() { throw PostgresError(.cancelled, "cancelled while waiting for a notification") }
                }
            }
        }
    }

    /// Makes ``waitForNotification(timeout:)`` return, now or when it is next called. Harmless at any other time.
    public nonisolated func interrupt() {
        isInterrupted.store(true, ordering: .releasing)
        interruption.send()
    }
}

// MARK: - Sending

extension PostgresConnection {
    /// Runs `body`, which blocks this connection's thread, and interrupts it when the task is cancelled.
    private func cancellable<Value: Sendable>(
        _ body: (_ isCancelled: () -> Bool) throws(PostgresError) -> Value
    ) async throws(PostgresError) -> Value {
        if Task.isCancelled { throw PostgresError(.cancelled, "the task was cancelled") }
        callNumber += 1
        let number = callNumber
        let outcome = await withTaskCancellationHandler {
            // The number keeps a cancellation that comes late from hitting the next call.
            Result { () throws(PostgresError) in try body { cancelledCall.load(ordering: .acquiring) >= number } }
        } onCancel: {
            cancelledCall.store(number, ordering: .releasing)
            interruption.send()
        }
        return try outcome.get()
    }

    /// What goes before the next statement: BEGIN, and those of its transaction that nobody waited for.
    private func startBatch() -> StatementBatch {
        var batch = StatementBatch()
        if let begin = transaction.takeBegin() { batch.append(begin) }
        for (statement, parameters) in transaction.takeEnqueued() { batch.append(statement, parameters, &prepared) }
        return batch
    }

    private func send(
        _ batch: StatementBatch, isCancelled: () -> Bool,
        receive: (_ command: Int, _ result: borrowing QueryResult) -> Void = { _, _ in }
    ) throws(PostgresError) {
        guard let handle else { throw batch.attributed(PostgresError(.closed, "the connection is not open")) }
        let limit = settings.statementTimeout == .zero ? nil : settings.statementTimeout + .seconds(5)
        do throws(ConnectionHandle.Failure) {
            try handle.run(batch.commands, limit: limit, isCancelled: isCancelled, receive: receive)
            batch.note(succeeded: batch.commands.count, in: &prepared)
        } catch {
            batch.note(succeeded: error.succeeded, in: &prepared)
            let statement = batch.failed(error)
            let failure = batch.attributed(error.error, to: statement)
            if failure.isStaleStatement, let statement { prepared.forget(statement.sql) }
            transaction.note(failure)
            throw failure
        }
    }
}

// MARK: - Transactions

extension PostgresConnection {
    /// Starts a transaction. BEGIN travels with the first statement.
    func begin(_ isolation: PostgresIsolation) throws(PostgresError) -> UInt64 {
        if transaction.isOpen { throw PostgresError(.closed, "a transaction is already open on this connection") }
        guard let handle else { throw PostgresError(.closed, "the connection is not open") }
        guard handle.isIdle else { throw handle.lost() }
        return transaction.begin(isolation)
    }

    func checkIsOpen(_ number: UInt64) throws(PostgresError) {
        guard transaction.isOpen, transaction.number == number else {
            throw PostgresError(.closed, "the transaction is over")
        }
    }

    func enqueue(_ statement: PostgresStatement, in number: UInt64) throws(PostgresError) {
        try checkIsOpen(number)
        transaction.enqueue(statement, try statement.encoded())
    }

    /// Commits, in one round trip with the statements that nobody waited for. A cancelled task does not stop it: half a
    /// second saved is not worth not knowing the outcome.
    func commit(_ number: UInt64) throws(PostgresError) {
        try checkIsOpen(number)
        if transaction.isUntouched { return transaction.end() }
        guard let handle, handle.isUsable else {
            throw handle?.lost() ?? PostgresError(.closed, "the connection is closed")
        }
        let failed = transaction.failure
        let began = ContinuousClock.now
        defer { metrics?.observe("COMMIT", since: began) }
        let span = spans.begin("COMMIT")
        defer { span?.end() }
        var batch = startBatch()
        batch.append(.plain("COMMIT"))
        do throws(PostgresError) {
            var tag = ""
            try send(batch, isCancelled: { false }, receive: { _, result in tag = result.commandTag })
            transaction.end()
            if tag != "COMMIT" {
                throw PostgresError(
                    .transactionAborted, "COMMIT was answered with \(tag), because a statement had failed",
                    underlying: failed)
            }
        } catch {
            span?.fail(error)
            if let failed, error.sqlState == SQLState.inFailedTransaction {
                throw PostgresError(
                    .transactionAborted, "nothing was committed, because a statement had failed", underlying: failed)
            }
            guard error.code == .connection || error.code == .timeout else { throw error }
            throw PostgresError(
                .commitOutcomeUnknown, "COMMIT was sent and not answered", sqlState: error.sqlState, underlying: error)
        }
    }

    /// Rolls back, whatever state the transaction is in.
    /// - Returns: Whether running the whole transaction again can help, and this connection is fit for it.
    func rollback(_ number: UInt64) -> Bool {
        guard transaction.number == number else { return false }
        let failure = transaction.failure
        if transaction.isOpen, transaction.takeBegin() == nil, let handle, handle.isUsable, !handle.isIdle {
            var batch = StatementBatch()
            batch.append(.plain("ROLLBACK"))
            try? send(batch, isCancelled: { false })
        }
        transaction.end()
        return failure?.isRetryable == true && handle?.isIdle == true
    }
}
