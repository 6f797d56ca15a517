import DomainKit
import Postgres

/// Opens units of work on a pool of connections.
public final class PostgresUnitOfWorkProvider: UnitOfWorkProvider {
    private let pool: PostgresPool
    private let clock: any WallClock
    private let wakeUp: OutboxWakeUp?

    /// - Parameter wakeUp: told after each commit that published something; without it the relay finds the rows at its
    ///   next look into the outbox.
    public init(_ pool: PostgresPool, clock: any WallClock = SystemClock(), wakeUp: OutboxWakeUp? = nil) {
        self.pool = pool
        self.clock = clock
        self.wakeUp = wakeUp
    }

    public func perform<Result: Sendable>(
        _ body: @escaping @Sendable (any UnitOfWork) async throws -> Result
    ) async throws -> Result {
        let (result, published) = try await pool.transaction { [clock] transaction in
            let work = PostgresUnitOfWork(transaction, now: clock.now)
            let result = try await body(work)
            return (result, try await work.flush())
        }
        if published > 0 { wakeUp?.signal() }
        return result
    }
}
