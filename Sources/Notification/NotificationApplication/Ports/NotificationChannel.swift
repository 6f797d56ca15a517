import DomainKit
import NotificationDomain

/// Delivers messages in one way.
public protocol NotificationChannel: Sendable {
    /// Which way.
    var channel: Channel { get }

    /// Whether it can deliver only where an e-mail address is known.
    var needsAddress: Bool { get }

    /// The longest time that ``deliver(_:)`` takes.
    var timeLimit: Duration { get }

    /// How many are taken to be delivered one after the other: 1 where each waits for another machine.
    var batchSize: Int { get }

    /// Whether it waits for no other machine: then a transaction may stay open meanwhile.
    var isImmediate: Bool { get }

    /// Hands over a message, outside any transaction unless it is immediate, and waits until it is taken. It bounds its own waiting.
    /// - Throws: ``DeliveryFailed`` where it was not taken, or may not have been.
    func deliver(_ message: OutgoingMessage) async throws(DeliveryFailed)
}

extension NotificationChannel {
    public var timeLimit: Duration { .seconds(60) }
    public var batchSize: Int { 1 }
    public var isImmediate: Bool { false }
}

/// A message on its way out.
public struct OutgoingMessage: Sendable, Equatable {
    public let notificationID: EntityID
    /// 0, and one more each time somebody has it sent again on purpose. With the notification's id it tells one message
    /// from another: attempts to deliver the same message share both.
    public let round: Int
    public let orderID: EntityID?
    public let customerID: EntityID?
    public let template: TemplateKey
    /// The language that it is written in.
    public let locale: LocaleTag
    public let recipient: Recipient
    /// The recipient's name; as the customer wrote it, so anything may be in it.
    public let name: String?
    public let message: Message
    /// When the notification was made.
    public let createdAt: Timestamp

    public init(
        notificationID: EntityID, round: Int = 0, orderID: EntityID?, customerID: EntityID?, template: TemplateKey,
        locale: LocaleTag, recipient: Recipient, name: String?, message: Message, createdAt: Timestamp
    ) {
        self.notificationID = notificationID
        self.round = round
        self.orderID = orderID
        self.customerID = customerID
        self.template = template
        self.locale = locale
        self.recipient = recipient
        self.name = name
        self.message = message
        self.createdAt = createdAt
    }
}

/// A message was not delivered, or nobody knows whether it was.
public struct DeliveryFailed: Error, Sendable, Equatable {
    /// Why, for operators. It may quote what the other side said.
    public let reason: String
    /// Whether trying again later can help.
    public let isTemporary: Bool

    public init(reason: String, isTemporary: Bool = false) {
        self.reason = reason
        self.isTemporary = isTemporary
    }
}
