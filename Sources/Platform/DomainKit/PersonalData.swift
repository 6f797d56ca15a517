/// What a domain knows of customers as persons. The port through which an API tells them (GDPR article 15).
public protocol PersonalData<Record>: Sendable {
    /// All that is known of one of them.
    associatedtype Record: Sendable

    /// All of it, as it was at one moment.
    func record(of customer: EntityID) async throws -> Record
}
