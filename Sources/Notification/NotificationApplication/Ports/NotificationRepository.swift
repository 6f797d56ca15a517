import DomainKit
import NotificationDomain

/// The notifications, where they are made.
public protocol NotificationRepository: Sendable {
    /// Which templates each of the orders has a notification of. Until the unit of work ends, no other one can ask the
    /// same of these orders: what it decides from the answer stays true.
    func claim(_ orders: Set<EntityID>, in work: any UnitOfWork) async throws -> [EntityID: Set<TemplateKey>]

    /// Writes notifications. Their orders must be claimed.
    func add(_ notifications: [Notification], in work: any UnitOfWork) async throws
}

/// The notifications, where they are only read.
public protocol NotificationLog: Sendable {
    /// At most `limit` notifications older than the one with id `id`, newest first.
    /// - Parameter order: of this order only.
    func notifications(of order: EntityID?, before id: EntityID?, limit: Int) async throws -> [Notification]
}
