import DomainKit
import NotificationContracts
import NotificationDomain

/// Makes the notifications of announcements: each once, however often and in whatever order they come. They are delivered
/// after that, by whoever takes them from the `DeliveryQueue`.
///
/// A template that is missing is no error here: the notification is recorded as failed, since no retry would help, and the
/// next one goes on.
public struct Announcer: Sendable {
    private let notifications: any NotificationRepository
    private let templates: any TemplateRepository
    private let signal: any DeliverySignal

    /// - Parameters:
    ///   - notifications: where they are recorded.
    ///   - signal: told of what is to be delivered, once that is committed.
    public init(
        _ notifications: any NotificationRepository, templates: any TemplateRepository, signal: any DeliverySignal
    ) {
        self.notifications = notifications
        self.templates = templates
        self.signal = signal
    }

    /// - Returns: the orders of which there is something new to tell.
    @discardableResult
    func callAsFunction(
        _ announcements: [Announcement], in work: any UnitOfWork
    ) async throws -> Set<EntityID> {
        let claimed = try await notifications.claim(Set(announcements.map(\.order.orderID)), in: work)
        var told = claimed.told
        let new = announcements.filter { told[$0.order.orderID, default: []].insert($0.template).inserted }
        guard !new.isEmpty else { return [] }

        let templates = try await self.templates.templates(Set(new.map(\.template)), in: work)
        let made = new.map { announcement in
            let order = announcement.order.orderID
            if claimed.erased.contains(order) {
                return announcement.skipped("the customer's data was erased", toldCustomer: false, at: work.now)
            }
            if let other = announcement.supersededBy, told[order, default: []].contains(other) {
                return announcement.skipped("the customer had been told \(other) before", at: work.now)
            }
            guard let template = templates[announcement.template] else {
                return announcement.failed("there is no template \(announcement.template)", at: work.now)
            }
            return announcement.pending(on: template.content.channel, at: work.now)
        }
        try await notifications.add(made, in: work)
        try await skipWhatIsUntrue(since: new, told: claimed.told, in: work)
        try await tell(of: made, in: work)
        return Set(made.map(\.notification).filter { $0.status != .skipped }.compactMap(\.orderID))
    }

    /// Makes a notification for the shop's operator, which is about no order.
    /// - Returns: its id.
    func toOperator(
        _ occasion: Occasion, by key: TemplateKey, cause: Cause, in work: any UnitOfWork
    ) async throws -> EntityID {
        let template = try await templates.templates([key], in: work)[key]
        let notification = Notification(
            id: .v7(at: work.now), orderID: nil, customerID: nil, template: key,
            channel: template?.content.channel ?? .log, recipient: Recipient.shopOperator.description,
            status: template == nil ? .failed : .pending, reason: template == nil ? "there is no template \(key)" : nil,
            createdAt: work.now)
        let made = [NewNotification(notification, of: occasion, cause: cause)]
        try await notifications.add(made, in: work)
        try await tell(of: made, in: work)
        return notification.id
    }

    /// What was not delivered yet, and is not true any more.
    private func skipWhatIsUntrue(
        since new: [Announcement], told: [EntityID: Set<TemplateKey>], in work: any UnitOfWork
    ) async throws {
        for (template, announcements) in Dictionary(grouping: new, by: \.template) {
            guard let untrue = announcements.first?.supersedes, !untrue.isEmpty else { continue }
            let orders = announcements.map(\.order.orderID).filter { !told[$0, default: []].isDisjoint(with: untrue) }
            guard !orders.isEmpty else { continue }
            try await notifications.supersede(untrue, of: Set(orders), by: template, in: work)
        }
    }

    private func tell(of made: [NewNotification], in work: any UnitOfWork) async throws {
        for new in made where new.notification.status == .failed {
            let event = NotificationFailed(
                notificationID: new.notification.id, orderID: new.notification.orderID,
                reason: new.notification.reason ?? "")
            try await work.publish(event, cause: new.cause)
        }
        let channels = made.map(\.notification).filter { $0.status == .pending }.map(\.channel)
        let counts = Dictionary(grouping: channels) { $0 }.mapValues(\.count)
        guard !counts.isEmpty else { return }
        work.afterCommit { [signal] in
            for (channel, count) in counts { signal.signal(count, on: channel) }
        }
    }
}

extension Announcement {
    fileprivate func pending(on channel: Channel, at time: Timestamp) -> NewNotification {
        NewNotification(notification(on: channel, .pending, nil, at: time), of: occasion, cause: cause)
    }

    fileprivate func failed(_ reason: String, at time: Timestamp) -> NewNotification {
        NewNotification(notification(on: .log, .failed, reason, at: time), of: occasion, cause: cause)
    }

    /// - Parameter toldCustomer: whether anything about the customer may be written down.
    fileprivate func skipped(_ reason: String, toldCustomer: Bool = true, at time: Timestamp) -> NewNotification {
        let recipient = toldCustomer ? recipient : .customer(order.customerID)
        return NewNotification(
            notification(on: .log, .skipped, reason, to: recipient, at: time), of: nil, cause: cause)
    }

    private var occasion: Occasion { .order(order, reason: reason) }

    private func notification(
        on channel: Channel, _ status: Notification.Status, _ reason: String?, to recipient: Recipient? = nil,
        at time: Timestamp
    ) -> Notification {
        Notification(
            id: .v7(at: time), orderID: order.orderID, customerID: order.customerID, template: template,
            channel: channel, recipient: (recipient ?? self.recipient).description, status: status, reason: reason,
            createdAt: time)
    }
}
