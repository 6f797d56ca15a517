import DomainKit
import NotificationDomain

/// The notifications, where they are made.
public protocol NotificationRepository: Sendable {
    /// Which templates each of the orders has a notification of, and whose customer was erased. Until the unit of work ends, no other one can ask the
    /// same of these orders: what it decides from the answer stays true.
    func claim(_ orders: Set<EntityID>, in work: any UnitOfWork) async throws -> ClaimedOrders

    /// One notification, with what is known of its order; nil where there is none. Until the unit of work ends, no other one
    /// can claim it or its order.
    func claim(_ id: EntityID, in work: any UnitOfWork) async throws -> ClaimedNotification?

    /// Writes notifications. Their orders must be claimed. What is pending is due at once, and what failed can be sent again
    /// on purpose.
    func add(_ notifications: [NewNotification], in work: any UnitOfWork) async throws

    /// Skips what is still pending of some kinds, since a notification of another kind makes it untrue. Where one is under
    /// way just now, the other waits for it. The orders must be claimed.
    /// - Parameter template: the kind of the other ones, which are written already.
    func supersede(
        _ kinds: Set<TemplateKey>, of orders: Set<EntityID>, by template: TemplateKey, in work: any UnitOfWork
    ) async throws
}

/// A notification that is about to be written.
public struct NewNotification: Sendable {
    public let notification: Notification
    /// What it tells of; nil where it will never be sent.
    public let occasion: Occasion?
    /// What led to it.
    public let cause: Cause

    public init(_ notification: Notification, of occasion: Occasion?, cause: Cause) {
        self.notification = notification
        self.occasion = occasion
        self.cause = cause
    }
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

/// A notification that a unit of work is about to decide on.
public struct ClaimedNotification: Sendable, Equatable {
    public let notification: Notification
    /// Which templates its order has a notification of.
    public let told: Set<TemplateKey>
    /// Whether the personal data of its customer was erased.
    public let isErased: Bool
    /// Whether what it tells of was kept.
    public let isComposable: Bool

    public init(_ notification: Notification, told: Set<TemplateKey>, isErased: Bool, isComposable: Bool) {
        self.notification = notification
        self.told = told
        self.isErased = isErased
        self.isComposable = isComposable
    }
}

/// The notifications, where they are only read.
public protocol NotificationLog: Sendable {
    /// At most `limit` notifications older than the one with id `id`, newest first.
    func notifications(
        matching filter: NotificationFilter, before id: EntityID?, limit: Int
    ) async throws -> [Notification]

    /// One notification, with every attempt to deliver it, oldest first; nil where there is none.
    func notification(_ id: EntityID) async throws -> (notification: Notification, attempts: [DeliveryAttempt])?
}

/// Which notifications are wanted; nil stands for any.
public struct NotificationFilter: Sendable, Equatable {
    public let orderID: EntityID?
    public let customerID: EntityID?
    public let status: Notification.Status?
    /// Made at this time or later.
    public let from: Timestamp?
    /// Made before this time.
    public let to: Timestamp?

    public init(
        orderID: EntityID? = nil, customerID: EntityID? = nil, status: Notification.Status? = nil,
        from: Timestamp? = nil, to: Timestamp? = nil
    ) {
        self.orderID = orderID
        self.customerID = customerID
        self.status = status
        self.from = from
        self.to = to
    }
}
