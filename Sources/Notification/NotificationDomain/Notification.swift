import DomainKit

/// One notification, with what became of it: there is never a second with the same order and template.
public struct Notification: Sendable, Equatable {
    /// What became of a notification. The raw values are those of the database and of HTTP.
    public enum Status: String, Sendable, CaseIterable {
        /// It is still to be delivered.
        case pending = "Pending"
        /// It was handed to its channel.
        case sent = "Sent"
        /// It could not be made or delivered, for the recorded reason.
        case failed = "Failed"
        /// It was not to be sent, for the recorded reason.
        case skipped = "Skipped"
    }

    public let id: EntityID
    /// Nil where it tells of no order.
    public let orderID: EntityID?
    /// Nil where it is for the shop's operator.
    public let customerID: EntityID?
    /// The key of the template that it was made from, or would have been.
    public let template: TemplateKey
    /// Once it was sent, the way by which that was really done.
    public let channel: Channel
    /// ``Recipient`` as text: as it was when it was last used.
    public let recipient: String
    /// What was sent, or would have been; nil where it did not come to that.
    public let message: Message?
    /// The language of the message.
    public let locale: LocaleTag?
    /// The version of the template that the message was made with.
    public let templateVersion: Int?
    public let status: Status
    /// Why it was not sent, and while it is pending, why the last attempt failed; nil otherwise.
    public let reason: String?
    /// How often it was handed to a channel.
    public let attempts: Int
    public let createdAt: Timestamp
    /// When it was last sent.
    public let sentAt: Timestamp?

    public init(
        id: EntityID, orderID: EntityID?, customerID: EntityID?, template: TemplateKey, channel: Channel,
        recipient: String, message: Message? = nil, locale: LocaleTag? = nil, templateVersion: Int? = nil,
        status: Status = .pending, reason: String? = nil, attempts: Int = 0, createdAt: Timestamp,
        sentAt: Timestamp? = nil
    ) {
        self.id = id
        self.orderID = orderID
        self.customerID = customerID
        self.template = template
        self.channel = channel
        self.recipient = recipient
        self.message = message
        self.locale = locale
        self.templateVersion = templateVersion
        self.status = status
        self.reason = reason
        self.attempts = attempts
        self.createdAt = createdAt
        self.sentAt = sentAt
    }
}
