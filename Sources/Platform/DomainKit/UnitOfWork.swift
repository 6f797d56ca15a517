/// One transaction and what it will publish. Committing writes both or neither.
///
/// A use case is handed one, and does not know whether a request, a message or a schedule opened it.
public protocol UnitOfWork: Sendable {
    /// When the work began, by the process's clock: the one time that all of its changes carry.
    var now: Timestamp { get }

    /// Adds `event` to the outbox, in the order of the calls.
    /// - Parameter cause: what led to it.
    func publish(_ event: some IntegrationEvent, cause: Cause) async throws

    /// Runs `action` once the work is committed, and never where it is not: the place to count and to tell what happened.
    ///
    /// It is not run either where the answer to the commit was lost, and must neither block nor fail.
    func afterCommit(_ action: @escaping @Sendable () -> Void)
}

/// Opens units of work. The port through which an API reaches the database's transactions.
public protocol UnitOfWorkProvider: Sendable {
    /// Runs `body` in a transaction, which is committed when it returns and rolled back when it throws.
    ///
    /// A transaction that lost to a concurrent one (serialization failure, deadlock) is run again, so `body` must have
    /// no effect outside it.
    func perform<Result: Sendable>(
        _ body: @escaping @Sendable (any UnitOfWork) async throws -> Result
    ) async throws -> Result
}

/// An error that says nothing about the request or message at hand: what is needed to handle it is away for now.
///
/// HTTP answers 503 with `Retry-After`; a consumer waits and counts no attempt.
public protocol TemporarilyUnavailable: Error {
    /// Whether this very error is of that kind.
    var isTemporarilyUnavailable: Bool { get }
}

extension Error {
    /// Whether the error means that something needed is away for now, and trying again later can help.
    public var meansTemporarilyUnavailable: Bool {
        (self as? any TemporarilyUnavailable)?.isTemporarilyUnavailable ?? false
    }
}
