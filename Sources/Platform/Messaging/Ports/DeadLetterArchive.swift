import DomainKit

/// Where the deaths of messages are written down.
protocol DeadLetterArchive: Sendable {
    /// Writes down those of `deaths` that are not known yet, all in one transaction.
    /// - Returns: how many were new.
    func store(_ deaths: [DeadMessage], of consumer: String, at now: Timestamp) async throws -> Int
}
