import CLibpq
import CLinux
import Glibc

/// One session with the server. Owns the `PGconn` and closes it.
///
/// Not `Sendable`: it belongs to its connection's thread, where all of its calls block.
final class ConnectionHandle {
    private let connection: OpaquePointer
    private let interrupt: Interrupt
    /// Set when the protocol is out of step, as after a statement that was given up: nothing more can be sent.
    private var isOutOfStep = false

    /// Opens a session.
    /// - Throws: ``PostgresError`` `connection` when the server cannot be reached or refuses, `timeout` when it does not
    ///   answer, `cancelled` when `isCancelled` said so after an interrupt.
    init(
        opening settings: PostgresSettings, interrupt: Interrupt, isCancelled: () -> Bool
    ) throws(PostgresError) {
        self.interrupt = interrupt
        guard let connection = Self.start(settings) else {
            throw PostgresError(.connection, "out of memory")
        }
        self.connection = connection
        // Notices would go to standard error otherwise.
        PQsetNoticeProcessor(connection, { _, _ in }, nil)
        let deadline = ContinuousClock.now + settings.connectTimeout
        // Before the first call of PQconnectPoll libpq wants to be treated as if it had said "writing".
        var waitsFor = PGRES_POLLING_WRITING
        while waitsFor != PGRES_POLLING_OK {
            switch waitsFor {
            case PGRES_POLLING_FAILED: throw lost()
            default:
                let events = waitsFor == PGRES_POLLING_READING ? POLLIN : POLLOUT
                switch wait(for: events, until: deadline) {
                case .ready: break
                case .interrupted: if isCancelled() { throw PostgresError(.cancelled, "cancelled while connecting") }
                case .timedOut:
                    throw PostgresError(.timeout, "no connection to \(settings) in \(settings.connectTimeout)")
                }
                waitsFor = PQconnectPoll(connection)
            }
        }
    }

    deinit { PQfinish(connection) }

    /// Lets the URL override what only tunes, and nothing override the encoding.
    private static func start(_ settings: PostgresSettings) -> OpaquePointer? {
        let parameters: [(String, String)] = [
            ("application_name", settings.applicationName),
            // A server that vanished without a word is noticed within 20 seconds, busy or idle.
            ("keepalives", "1"), ("keepalives_idle", "10"), ("keepalives_interval", "3"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "10000"),
            ("dbname", settings.url),
            ("client_encoding", "UTF8"),
        ]
        let keywords = parameters.map { strdup($0.0) }
        let values = parameters.map { strdup($0.1) }
        defer { for text in keywords + values { free(text) } }
        return PQconnectStartParams(
            keywords.map { UnsafePointer($0) } + [nil], values.map { UnsafePointer($0) } + [nil], 1)
    }

    /// Whether a statement can be sent.
    var isUsable: Bool { !isOutOfStep && PQstatus(connection) == CONNECTION_OK }

    /// Whether no statement and no transaction is under way.
    var isIdle: Bool { isUsable && PQtransactionStatus(connection) == PQTRANS_IDLE }

    /// Whether a transaction is under way, failed or not.
    var isInTransaction: Bool {
        let status = PQtransactionStatus(connection)
        return status == PQTRANS_INTRANS || status == PQTRANS_INERROR
    }

    /// The server's process for this session, as `pg_stat_activity.pid`.
    var processID: Int32 { PQbackendPID(connection) }

    /// Whether the session is still there, as far as can be known without asking the server.
    ///
    /// What an idle session says unasked is nearly always that it ends, so anything unread counts as its end. That errs
    /// at the cost of one connection, and its opposite at the cost of a caller's statement.
    func isAlive() -> Bool {
        guard isUsable else { return false }
        var socket = pollfd(fd: PQsocket(connection), events: Int16(POLLIN), revents: 0)
        return poll(&socket, 1, 0) == 0
    }

    /// The next notification that has arrived.
    func notification() -> PostgresNotification? {
        PQconsumeInput(connection)
        guard let notify = PQnotifies(connection) else { return nil }
        defer { PQfreemem(notify) }
        return PostgresNotification(
            channel: String(cString: notify.pointee.relname), payload: String(cString: notify.pointee.extra),
            processID: notify.pointee.be_pid)
    }
}

// MARK: - Waiting

extension ConnectionHandle {
    enum Wake {
        case ready
        case interrupted
        case timedOut
    }

    /// Waits for anything from the server.
    func waitForInput(until deadline: ContinuousClock.Instant?) -> Wake { wait(for: POLLIN, until: deadline) }

    /// Waits until the socket is ready, someone interrupts, or the time is over.
    private func wait(for events: Int32, until deadline: ContinuousClock.Instant?) -> Wake {
        let (socket, descriptor) = (PQsocket(connection), interrupt.descriptor)
        while true {
            var milliseconds: Int32 = -1
            if let deadline {
                let left = deadline - .now
                if left <= .zero { return .timedOut }
                let (seconds, attoseconds) = left.components
                // Rounded up, or the last millisecond would be a busy loop.
                milliseconds = Int32(clamping: seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
            }
            let (count, isInterrupted) = withUnsafeTemporaryAllocation(of: pollfd.self, capacity: 2) { watched in
                watched.initializeElement(at: 0, to: pollfd(fd: socket, events: Int16(events), revents: 0))
                watched.initializeElement(at: 1, to: pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
                return (poll(watched.baseAddress, 2, milliseconds), watched[1].revents != 0)
            }
            if count == 0 || (count < 0 && errno == EINTR) { continue }
            if isInterrupted {
                interrupt.clear()
                return .interrupted
            }
            return .ready
        }
    }

    /// The loss of the session, with libpq's words for it. They name host, port and user and never the password.
    func lost() -> PostgresError {
        let words = PQerrorMessage(connection).map { trimmed(String(cString: $0)) } ?? ""
        return PostgresError(.connection, words.isEmpty ? "the session was lost or given up" : words)
    }

    /// Asks the server to stop the statement under way. Its answer comes as that statement's error.
    private func requestCancel() {
        guard let cancel = PQgetCancel(connection) else { return }
        defer { PQfreeCancel(cancel) }
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { message in
            _ = PQcancel(cancel, message.baseAddress, 256)
        }
    }
}

// MARK: - Statements

extension ConnectionHandle {
    /// One message to the server. Several are sent together and answered in order; after the first failure the server
    /// skips the rest.
    enum Command {
        case simple(String)
        case prepare(name: String, sql: String)
        case execute(name: String, ParameterBuffer)
        /// Not prepared.
        case run(String, ParameterBuffer)
        /// Without parameters or rows; unlike `simple` it can be sent together with others.
        case plain(String)
    }

    /// The failure of one command of several.
    struct Failure: Error {
        let error: PostgresError
        /// How many commands before it succeeded.
        let succeeded: Int
    }

    /// Sends `commands` in one go and waits for all answers.
    ///
    /// - Parameters:
    ///   - limit: How long to wait at all. After that the session is of no more use.
    ///   - isCancelled: Asked after an interrupt; true cancels the statement on the server.
    ///   - receive: Called with the number of a command and its result, in their order, until one fails.
    func run(
        _ commands: [Command], limit: Duration?, isCancelled: () -> Bool,
        receive: (_ command: Int, _ result: borrowing QueryResult) -> Void
    ) throws(Failure) {
        guard isUsable else { throw Failure(error: lost(), succeeded: 0) }
        let isPipeline = commands.count > 1
        if isPipeline, PQenterPipelineMode(connection) == 0 { throw Failure(error: lost(), succeeded: 0) }
        // Until every answer has been read, whatever leaves this function early leaves the protocol out of step.
        isOutOfStep = true
        for command in commands where !send(command) { throw Failure(error: lost(), succeeded: 0) }
        if isPipeline, PQpipelineSync(connection) == 0 { throw Failure(error: lost(), succeeded: 0) }

        var wait = Patience(deadline: limit.map { ContinuousClock.now + $0 })
        var succeeded = 0
        var failure: PostgresError?
        for index in commands.indices {
            var isFailure = false
            while let result = try next(&wait, isCancelled) {
                if result.isFailure {
                    isFailure = true
                    if failure == nil { failure = result.error }
                    guard result.status == PGRES_FATAL_ERROR || result.status == PGRES_PIPELINE_ABORTED else {
                        throw Failure(error: result.error, succeeded: succeeded)
                    }
                } else if failure == nil {
                    receive(index, result)
                }
            }
            if !isFailure { succeeded += 1 }
        }
        if isPipeline {
            _ = try next(&wait, isCancelled)
            if PQexitPipelineMode(connection) == 0 { throw Failure(error: lost(), succeeded: succeeded) }
        }
        isOutOfStep = false
        if var failure {
            if PQstatus(connection) != CONNECTION_OK {
                failure.code = .connection
            } else if wait.isCancelled, failure.sqlState == SQLState.queryCanceled {
                failure.code = .cancelled
            }
            throw Failure(error: failure, succeeded: succeeded)
        }
    }

    /// How long to wait for answers, and whether they were cancelled.
    private struct Patience {
        var deadline: ContinuousClock.Instant?
        var isCancelled = false
    }

    private func send(_ command: Command) -> Bool {
        switch command {
        case .simple(let sql): PQsendQuery(connection, sql) == 1
        case .plain(let sql): PQsendQueryParams(connection, sql, 0, nil, nil, nil, nil, 0) == 1
        case .prepare(let name, let sql): PQsendPrepare(connection, name, sql, 0, nil) == 1
        case .execute(let name, let parameters):
            parameters.withPointers { count, values, lengths, formats in
                PQsendQueryPrepared(connection, name, count, values, lengths, formats, 0) == 1
            }
        case .run(let sql, let parameters):
            parameters.withPointers { count, values, lengths, formats in
                PQsendQueryParams(connection, sql, count, nil, values, lengths, formats, 0) == 1
            }
        }
    }

    /// The next result of the command under way, or `nil` when it has no more.
    private func next(_ patience: inout Patience, _ isCancelled: () -> Bool) throws(Failure) -> QueryResult? {
        while PQisBusy(connection) == 1 {
            switch wait(for: POLLIN, until: patience.deadline) {
            case .ready:
                // A loss shows in the result, with what the server had to say before it went.
                if PQconsumeInput(connection) == 0 { return PQgetResult(connection).map { QueryResult(taking: $0) } }
            case .interrupted:
                guard isCancelled(), !patience.isCancelled else { continue }
                patience.isCancelled = true
                requestCancel()
                let grace = ContinuousClock.now + .seconds(5)
                patience.deadline = min(patience.deadline ?? grace, grace)
            case .timedOut:
                let code: PostgresError.Code = patience.isCancelled ? .cancelled : .timeout
                throw Failure(error: PostgresError(code, "no answer from the server in time"), succeeded: 0)
            }
        }
        return PQgetResult(connection).map { QueryResult(taking: $0) }
    }
}
