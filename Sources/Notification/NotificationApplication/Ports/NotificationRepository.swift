import DomainKit
import NotificationDomain

/// The notifications, where they are made.
public protocol NotificationRepository: Sendable {
    /// Which templates each of the orders has a notification of, and whose customer was erased. Until the unit of work ends, no other one can ask the
    /// same of these orders: what it decides from the answer stays true.
    func claim(_ orders: Set<EntityID>, in work: any UnitOfWork) async throws -> ClaimedOrders

    /// Writes notifications. Their orders must be claimed.
    func add(_ notifications: [Notification], in work: any UnitOfWork) async throws
}

/// What is known of orders that a unit of work is about to tell of.
public struct ClaimedOrders: Sendable, Equatable {
    /// Which templates each has a notification of.
    public let told: [EntityID: Set<TemplateKey>]
    /// Those whose customer's personal data was erased.
    public let erased: Set<EntityID>

    public init(told: [EntityID: Set<TemplateKey>], erased: Set<EntityID> = []) {
        self.told = told
        self.erased = erased
    }
}

/// The notifications, where they are only read.
public protocol NotificationLog: Sendable {
    /// At most `limit` notifications older than the one with id `id`, newest first.
    /// - Parameter order: of this order only.
    func notifications(of order: EntityID?, before id: EntityID?, limit: Int) async throws -> [Notification]
}
