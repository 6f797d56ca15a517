import DomainKit
import NotificationDomain

/// Knows customers: as a rule another service, which can be away.
public protocol CustomerDirectory: Sendable {
    /// What is known of a customer. It waits as long as the service may take and no longer, and never fails.
    func lookUp(_ id: EntityID) async -> CustomerAnswer

    /// The longest time that a look-up takes.
    var timeLimit: Duration { get }
}

/// What a directory says of a customer.
public enum CustomerAnswer: Sendable, Equatable {
    case found(Customer)
    /// It has no such customer.
    case unknown
    /// It cannot say now.
    /// - Parameter reason: why, for operators.
    case unavailable(reason: String)
}

/// The last known copies of what a directory said.
public protocol CustomerCopies: Sendable {
    /// The copies of those customers of whom there is one.
    func copies(of customers: Set<EntityID>) async throws -> [EntityID: Customer]

    /// Keeps what a directory said, in place of what it said before; not of a customer whose data was erased. Of whom it
    /// does not have nothing is kept.
    func keep(_ heard: HeardCustomers, in work: any UnitOfWork) async throws
}

/// What a directory said of several customers.
public struct HeardCustomers: Sendable, Equatable {
    public let found: [Customer]
    /// Those whom it does not have.
    public let unknown: Set<EntityID>

    public init(found: [Customer] = [], unknown: Set<EntityID> = []) {
        self.found = found
        self.unknown = unknown
    }

    public var isEmpty: Bool { found.isEmpty && unknown.isEmpty }
}
