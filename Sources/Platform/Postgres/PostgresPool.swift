import Lifecycle
import Locking
import Observability

/// Connections to one database, opened when they are needed and shared by many tasks.
///
/// Works from the moment it is created. Running it as a ``Service`` adds the health check, and closes the connections
/// at the end.
public final class PostgresPool: Service, PostgresStatements {
    private typealias Outcome = Result<PostgresConnection, PostgresError>

    private struct State {
        var pool: PoolState<PostgresConnection, CheckedContinuation<Outcome, Never>>
        /// Whether a task is there to send those away who have waited too long.
        var isExpiring = false
    }

    public let name = "postgres"
    private let settings: PostgresSettings
    private let logger: Logger
    private let state: Mutex<State>
    private let metrics: PostgresMetrics
    private let availability: DatabaseAvailability

    /// Creates a pool. Nothing is opened yet.
    public init(_ settings: PostgresSettings, logger: Logger = .silent, metrics: MetricsRegistry = .shared) {
        self.settings = settings
        self.logger = logger
        state = Mutex(State(pool: PoolState(limit: settings.poolSize)))
        availability = DatabaseAvailability(logger: logger)
        self.metrics = PostgresMetrics(metrics)
        metrics.addPool(limit: settings.poolSize) { [weak self] in
            self?.state.withLock { ($0.pool.usedCount, $0.pool.idleCount, $0.pool.waiting) }
        }
    }

    public var health: Health { availability.health }

    /// Asks the database from time to time when nobody else does, and closes all connections at the end.
    public func run(until shutdown: ShutdownSignal) async {
        repeat {
            if availability.needsProbe { _ = try? await execute("SELECT 1") }
        } while await shutdown.sleep(for: .seconds(2))
        await close()
    }

    /// Closes what is idle now and what is in use when it comes back. Calls after this throw `closed`.
    public func close() async {
        let (waiters, idle) = state.withLock { $0.pool.close() }
        for waiter in waiters { waiter.resume(returning: .failure(PostgresError(.closed, "the pool is closed"))) }
        for connection in idle { await connection.close() }
    }

    /// Lends a connection to `body`, which runs on the connection's thread.
    ///
    /// When it comes back in a transaction or lost, it is closed and opened anew for the next.
    /// - Throws: What `body` throws, or ``PostgresError``: `poolExhausted`, `cancelled`, or what opening throws.
    @discardableResult
    public func withConnection<Value: Sendable>(
        _ body: @Sendable (PostgresConnection) async throws -> Value
    ) async throws -> Value {
        let connection = try await acquire()
        return try await withTaskExecutorPreference(connection.executor) {
            do {
                try await makeReady(connection)
                let value = try await body(connection)
                await giveBack(connection)
                return value
            } catch {
                await giveBack(connection)
                throw error
            }
        }
    }

    /// Runs `body` in a transaction on a connection of its own: see ``PostgresConnection/transaction(isolation:_:)``.
    @discardableResult
    public func transaction<Value: Sendable>(
        isolation: PostgresIsolation = .readCommitted,
        _ body: @Sendable (PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        try await withConnection { try await $0.transaction(isolation: isolation, body) }
    }

    /// Runs one statement on its own. A deadlock or a serialization failure undid it, so it is run again.
    public func run<Value: Sendable>(
        _ statement: PostgresStatement, decode: (@Sendable (borrowing PostgresRow) throws -> Value)?
    ) async throws(PostgresError) -> (rows: [Value], affected: Int) {
        do {
            return try await withConnection { connection in
                var attempt = 1
                while true {
                    do throws(PostgresError) {
                        return try await connection.run(statement, decode: decode)
                    } catch {
                        guard error.isRetryable, attempt < 5 else { throw error }
                        attempt += 1
                    }
                }
            }
        } catch let error as PostgresError {
            throw error.at(statement.place, statement: statement.sql)
        } catch {
            throw PostgresError(.connection, "\(error)", underlying: error)
        }
    }
}

// MARK: - Lending

extension PostgresPool {
    private func acquire() async throws(PostgresError) -> PostgresConnection {
        let began = ContinuousClock.now
        let number = state.withLock { $0.pool.nextNumber() }
        let outcome: Outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if let outcome = takeOrWait(continuation, number: number) { continuation.resume(returning: outcome) }
            }
        } onCancel: {
            let waiter = state.withLock { $0.pool.leave(number) }
            waiter?.resume(returning: .failure(PostgresError(.cancelled, "cancelled while waiting for a connection")))
        }
        metrics.observeWait(since: began)
        return try outcome.get()
    }

    private func takeOrWait(_ continuation: CheckedContinuation<Outcome, Never>, number: Int) -> Outcome? {
        let deadline = ContinuousClock.now + settings.acquireTimeout
        var startsExpiring = false
        let outcome: Outcome? = state.withLock { state in
            // A cancellation before this is seen here, one after this finds the waiter.
            if Task.isCancelled { return .failure(PostgresError(.cancelled, "the task was cancelled")) }
            if state.pool.isClosed { return .failure(PostgresError(.closed, "the pool is closed")) }
            if let connection = state.pool.take(create: { PostgresConnection(settings, metrics: metrics) }) {
                return .success(connection)
            }
            state.pool.wait(continuation, number: number, until: deadline)
            startsExpiring = !state.isExpiring
            state.isExpiring = true
            return nil
        }
        if startsExpiring { Task.detached { await self.expireWaiters() } }
        return outcome
    }

    /// Sends those away who have waited too long, until nobody waits.
    private func expireWaiters() async {
        while true {
            let (expired, next) = state.withLock { state in
                let result = state.pool.expire(at: .now)
                state.isExpiring = result.next != nil
                return result
            }
            metrics.countTimeouts(expired.count)
            for waiter in expired {
                let message = "all \(settings.poolSize) connections stayed in use for \(settings.acquireTimeout)"
                waiter.resume(returning: .failure(PostgresError(.poolExhausted, message)))
            }
            guard let next else { return }
            try? await Task.sleep(until: next, clock: .continuous)
        }
    }

    /// Opens the connection when it is not, or no longer.
    private func makeReady(_ connection: PostgresConnection) async throws(PostgresError) {
        if await connection.isAlive { return }
        await connection.close()
        try availability.checkMayTry()
        do throws(PostgresError) {
            try await connection.open()
            availability.didReach()
        } catch {
            if error.code != .cancelled { availability.didMiss(error) }
            throw error
        }
    }

    private func giveBack(_ connection: PostgresConnection) async {
        let isIdle = await connection.isIdle
        if isIdle { availability.didReach() } else { await connection.close() }
        let isClosed = state.withLock { $0.pool.isClosed }
        if isClosed { await connection.close() }
        let waiter = state.withLock { $0.pool.giveBack(connection, isWarm: isIdle) }
        waiter?.resume(returning: .success(connection))
    }
}
