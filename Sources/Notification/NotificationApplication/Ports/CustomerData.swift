import DomainKit
import NotificationDomain

/// What Notification knows of a customer as a person.
public protocol CustomerData: PersonalData<CustomerRecord> {
    /// Takes the person out of everything about their orders: that they were told stays, what and where goes. Doing it
    /// again changes nothing.
    /// - Parameter orders: orders of theirs, besides those that they were told of.
    func erase(_ customer: EntityID, orders: Set<EntityID>, in work: any UnitOfWork) async throws
}

/// All that Notification knows of a customer.
public struct CustomerRecord: Sendable, Equatable {
    /// Newest first.
    public let notifications: [Notification]
    /// What is kept besides.
    public let texts: [HeldText]

    public init(notifications: [Notification], texts: [HeldText]) {
        self.notifications = notifications
        self.texts = texts
    }
}
