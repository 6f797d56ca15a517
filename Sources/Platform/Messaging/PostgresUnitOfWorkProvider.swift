import DomainKit
import Observability
import Postgres

/// Opens units of work on a pool of connections.
public final class PostgresUnitOfWorkProvider: UnitOfWorkProvider {
    private let pool: PostgresPool
    private let clock: any WallClock
    private let wakeUp: OutboxWakeUp?
    private let events: EventLog

    /// - Parameters:
    ///   - wakeUp: told after each commit that published something; without it the relay finds the rows at its next look
    ///     into the outbox.
    ///   - logger: gets a line for each event that was committed.
    public init(
        _ pool: PostgresPool, clock: any WallClock = SystemClock(), wakeUp: OutboxWakeUp? = nil,
        logger: Logger = .silent
    ) {
        self.pool = pool
        self.clock = clock
        self.wakeUp = wakeUp
        events = EventLog(logger: logger)
    }

    public func perform<Result: Sendable>(
        _ body: @escaping @Sendable (any UnitOfWork) async throws -> Result
    ) async throws -> Result {
        let (result, work, published) = try await pool.transaction { [clock, events] transaction in
            let work = try await PostgresUnitOfWork.begin(transaction, now: clock.now, events: events)
            let result = try await body(work)
            return (result, work, try await work.flush())
        }
        work.didCommit()
        if published > 0 { wakeUp?.signal() }
        return result
    }
}
