import DomainKit
import OrderDomain

/// What Order knows of a customer as a person.
public protocol CustomerData: PersonalData<CustomerRecord> {
    /// Takes the person out of everything; the orders stay, with their lines and amounts. Doing it again changes nothing.
    /// - Returns: the customer's orders.
    func erase(_ customer: EntityID, in work: any UnitOfWork) async throws -> [EntityID]
}

/// All that Order knows of a customer.
public struct CustomerRecord: Sendable, Equatable {
    /// Newest first.
    public let orders: [Order]
    /// What happened to each order, oldest first.
    public let timelines: [EntityID: [TimelineEntry]]
    /// What is kept besides.
    public let texts: [HeldText]

    public init(orders: [Order], timelines: [EntityID: [TimelineEntry]], texts: [HeldText]) {
        self.orders = orders
        self.timelines = timelines
        self.texts = texts
    }
}
