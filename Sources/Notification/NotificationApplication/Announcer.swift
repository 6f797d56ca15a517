import DomainKit
import NotificationContracts
import NotificationDomain

/// Makes the notifications of announcements: each once, however often and in whatever order they come.
///
/// A template that is missing or broken is no error here: the notification is recorded as failed, since no retry would
/// help, and the next one goes on.
public struct Announcer: Sendable {
    private let notifications: any NotificationRepository
    private let templates: any TemplateRepository
    private let renderer: any MessageRenderer
    private let channels: [Channel: any NotificationChannel]

    /// - Parameters:
    ///   - notifications: where they are recorded.
    ///   - channels: the ways that are set up; a template of any other fails.
    public init(
        _ notifications: any NotificationRepository, templates: any TemplateRepository, renderer: any MessageRenderer,
        channels: [any NotificationChannel]
    ) {
        self.notifications = notifications
        self.templates = templates
        self.renderer = renderer
        self.channels = Dictionary(channels.map { ($0.channel, $0) }, uniquingKeysWith: { first, _ in first })
    }

    func callAsFunction(_ announcements: [Announcement], in work: any UnitOfWork) async throws {
        let claimed = try await notifications.claim(Set(announcements.map(\.order.orderID)), in: work)
        var told = claimed.told
        let new = announcements.filter { told[$0.order.orderID, default: []].insert($0.template).inserted }
        guard !new.isEmpty else { return }

        let templates = try await self.templates.templates(Set(new.map(\.template)), in: work)
        var made: [(notification: Notification, cause: Cause)] = []
        for announcement in new {
            let isSuperseded =
                announcement.supersededBy.map { told[announcement.order.orderID, default: []].contains($0) } ?? false
            let outcome =
                claimed.erased.contains(announcement.order.orderID)
                ? Outcome(.skipped, "the customer's data was erased")
                : isSuperseded
                    ? Outcome(.skipped, "the customer had been told \(announcement.supersededBy?.text ?? "") before")
                    : await outcome(of: announcement, with: templates[announcement.template])
            let recipient =
                outcome.message == nil && claimed.erased.contains(announcement.order.orderID)
                ? Recipient.customer(announcement.order.customerID) : announcement.recipient
            made.append((Notification(announcement, outcome, to: recipient, at: work.now), announcement.cause))
        }
        try await notifications.add(made.map(\.notification), in: work)
        for (notification, cause) in made { try await publish(notification, cause: cause, in: work) }
    }

    private func outcome(of announcement: Announcement, with template: NotificationTemplate?) async -> Outcome {
        guard let content = template?.content else {
            return Outcome(.failed, "there is no template \(announcement.template)")
        }
        let message: Message
        do {
            message = try renderer.render(content, with: announcement.order.messageData(reason: announcement.reason))
        } catch {
            let reason = "the template \(announcement.template) cannot be filled: \(error.reason)"
            return Outcome(.failed, reason, channel: content.channel)
        }
        guard let channel = channels[content.channel] else {
            return Outcome(.failed, "the channel \(content.channel) is not set up", channel: content.channel)
        }
        do {
            let outgoing = OutgoingMessage(
                notificationID: .v7(), orderID: announcement.order.orderID, customerID: announcement.order.customerID,
                template: announcement.template, locale: .english, recipient: announcement.recipient,
                name: announcement.order.contact?.name, message: message, createdAt: announcement.order.orderDate)
            try await channel.deliver(outgoing)
            return Outcome(.sent, channel: content.channel, message: message, attempts: 1)
        } catch {
            return Outcome(.failed, error.reason, channel: content.channel, message: message, attempts: 1)
        }
    }

    private func publish(_ notification: Notification, cause: Cause, in work: any UnitOfWork) async throws {
        switch notification.status {
        case .sent:
            let event = NotificationSent(
                notificationID: notification.id, orderID: notification.orderID, template: notification.template.text,
                channel: notification.channel.rawValue)
            try await work.publish(event, cause: cause)
        case .failed:
            let event = NotificationFailed(
                notificationID: notification.id, orderID: notification.orderID, reason: notification.reason ?? "")
            try await work.publish(event, cause: cause)
        case .skipped: break
        }
    }
}

/// What became of an announcement.
private struct Outcome {
    let status: Notification.Status
    let reason: String?
    let channel: Channel
    let message: Message?
    let attempts: Int

    init(
        _ status: Notification.Status, _ reason: String? = nil, channel: Channel = .log, message: Message? = nil,
        attempts: Int = 0
    ) {
        self.status = status
        self.reason = reason
        self.channel = channel
        self.message = message
        self.attempts = attempts
    }
}

extension Notification {
    fileprivate init(
        _ announcement: Announcement, _ outcome: Outcome, to recipient: Recipient, at time: Timestamp
    ) {
        self.init(
            id: .v7(at: time), orderID: announcement.order.orderID, customerID: announcement.order.customerID,
            template: announcement.template, channel: outcome.channel, recipient: recipient.description,
            message: outcome.message, status: outcome.status, reason: outcome.reason, attempts: outcome.attempts,
            createdAt: time)
    }
}
