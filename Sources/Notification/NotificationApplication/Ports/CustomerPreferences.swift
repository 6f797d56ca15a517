import DomainKit
import NotificationDomain

/// What customers said here about what they want to be told. It stands in place of what a customer service says of that.
public protocol CustomerPreferences: Sendable {
    /// What each of the customers said, as far as they said anything.
    func said(by customers: Set<EntityID>) async throws -> [EntityID: Preferences]

    /// The same within a unit of work.
    func said(by customers: Set<EntityID>, in work: any UnitOfWork) async throws -> [EntityID: Preferences]

    /// What the customer said, nothing at first. Nobody else changes it until the unit of work ends.
    func lock(_ customer: EntityID, in work: any UnitOfWork) async throws -> Preferences

    /// Writes what the customer says now. It must be locked.
    func save(_ preferences: Preferences, of customer: EntityID, in work: any UnitOfWork) async throws
}
