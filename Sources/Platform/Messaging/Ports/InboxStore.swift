import DomainKit

/// Where an inbox is, beside the outbox and the data of the domain.
protocol InboxStore: Sendable {
    /// Runs `body` in a transaction, which is committed when it returns and rolled back when it throws.
    ///
    /// A transaction that lost to a concurrent one is run again at once, so `body` must have no effect outside it.
    func transaction<Value: Sendable>(
        _ body: @Sendable (any InboxTransaction) async throws -> Value
    ) async throws -> Value
}

/// A unit of work that remembers which messages it has handled.
protocol InboxTransaction: UnitOfWork {
    /// Enters messages in the inbox of `consumer`.
    ///
    /// A transaction that entered one of them and is still open is waited for.
    ///
    /// - Returns: those that were not there. Handle these and no others, in this very transaction.
    func claim(_ messageIDs: [EntityID], for consumer: String) async throws -> Set<EntityID>

    /// Writes what was published to the outbox. Call it last, before the commit.
    /// - Returns: how many rows were written.
    func flush() async throws -> Int
}
