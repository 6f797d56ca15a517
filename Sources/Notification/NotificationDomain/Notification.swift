import DomainKit

/// One notification of one order, with its result: there is never a second with the same order and template.
public struct Notification: Sendable, Equatable {
    /// What became of a notification. The raw values are those of the database and of HTTP.
    public enum Status: String, Sendable, CaseIterable {
        /// It was handed to its channel.
        case sent = "Sent"
        /// It could not be made or delivered, for the recorded reason.
        case failed = "Failed"
        /// It was not to be sent any more, for the recorded reason.
        case skipped = "Skipped"
    }

    public let id: EntityID
    public let orderID: EntityID
    public let customerID: EntityID
    /// The key of the template that it was made from, or would have been.
    public let template: TemplateKey
    public let channel: Channel
    /// ``Recipient`` as text: as it was when the notification was made.
    public let recipient: String
    /// What was sent; nil where it came to nothing.
    public let message: Message?
    public let status: Status
    /// Why it was not sent; nil where it was.
    public let reason: String?
    /// How often it was handed to the channel.
    public let attempts: Int
    public let createdAt: Timestamp

    public init(
        id: EntityID, orderID: EntityID, customerID: EntityID, template: TemplateKey, channel: Channel,
        recipient: String, message: Message?, status: Status, reason: String?, attempts: Int, createdAt: Timestamp
    ) {
        self.id = id
        self.orderID = orderID
        self.customerID = customerID
        self.template = template
        self.channel = channel
        self.recipient = recipient
        self.message = message
        self.status = status
        self.reason = reason
        self.attempts = attempts
        self.createdAt = createdAt
    }
}
