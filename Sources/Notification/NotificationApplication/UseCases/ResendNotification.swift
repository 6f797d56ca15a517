import DomainKit
import NotificationDomain

/// Has a notification sent again on purpose, in a new round: as it was, where its message was kept, and to the address that
/// is known then. What has no message is composed anew.
public struct ResendNotification: Sendable {
    /// What came of it.
    public enum Result: Sendable, Equatable {
        /// It is pending again.
        case resent
        case refused(ResendRefusal)
        /// There is no such notification.
        case unknown
    }

    private let notifications: any NotificationRepository
    private let queue: any DeliveryQueue
    private let templates: any TemplateRepository

    public init(
        _ notifications: any NotificationRepository, queue: any DeliveryQueue, templates: any TemplateRepository
    ) {
        self.notifications = notifications
        self.queue = queue
        self.templates = templates
    }

    public func callAsFunction(_ id: EntityID, cause: Cause, in work: any UnitOfWork) async throws -> Result {
        guard let claimed = try await notifications.claim(id, in: work) else { return .unknown }
        if let refusal = claimed.refusal { return .refused(refusal) }
        let notification = claimed.notification
        let template = try await templates.templates([notification.template], in: work)[notification.template]
        try await queue.restart(
            notification, on: template?.content.channel ?? notification.channel, cause: cause, in: work)
        return .resent
    }
}

/// Why a notification is not sent again.
public enum ResendRefusal: Sendable, Equatable, CaseIterable {
    /// It is being delivered anyway.
    case isPending
    /// It is not true any more: the order was cancelled after what it says.
    case isUntrue
    /// The personal data of its customer was erased.
    case isErased
    /// Neither its message nor what it tells of was kept.
    case isEmpty
}

extension ClaimedNotification {
    fileprivate var refusal: ResendRefusal? {
        if notification.status == .pending { return .isPending }
        if isErased { return .isErased }
        if notification.template != .orderCancelled, told.contains(.orderCancelled) { return .isUntrue }
        return notification.message == nil && !isComposable ? .isEmpty : nil
    }
}
