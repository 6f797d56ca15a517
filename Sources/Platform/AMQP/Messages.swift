import DomainKit

/// A message on its way to the broker. It is sent persistent.
public struct OutgoingMessage: Sendable {
    /// The exchange; empty for the default exchange, which routes to the queue that the routing key names.
    public var exchange: String
    public var routingKey: String
    /// Identifies the message; what the broker returns is matched by it.
    public var messageID: String
    public var type: String
    public var correlationID: String?
    public var timestamp: Timestamp?
    public var headers: MessageHeaders
    public var contentType: String
    public var body: [UInt8]
    /// Whether a message that reaches no queue comes back as ``PublishOutcome/unroutable(_:)``.
    public var mandatory: Bool
    /// How long the message stays in its queue before it is dead-lettered; nil for ever.
    public var expiration: Duration?

    public init(
        exchange: String, routingKey: String, messageID: String, type: String = "", correlationID: String? = nil,
        timestamp: Timestamp? = nil, headers: MessageHeaders = [:], contentType: String = "application/json",
        body: [UInt8], mandatory: Bool = true, expiration: Duration? = nil
    ) {
        self.exchange = exchange
        self.routingKey = routingKey
        self.messageID = messageID
        self.type = type
        self.correlationID = correlationID
        self.timestamp = timestamp
        self.headers = headers
        self.contentType = contentType
        self.body = body
        self.mandatory = mandatory
        self.expiration = expiration
    }
}

/// What became of one published message.
public enum PublishOutcome: Sendable, Equatable {
    /// Every queue it was routed to has it on disk.
    case confirmed
    /// No queue wanted it; the broker's words.
    case unroutable(String)
    /// The broker could not take it (`basic.nack`).
    case rejected
    /// The connection broke first: the broker may have it or not. It counts as unpublished.
    case unknown
}

/// What became of a call of ``AMQPConnection/publish(_:)``.
public struct PublishReport: Sendable {
    /// One outcome for each message, in the order of the messages.
    public let outcomes: [PublishOutcome]
    /// Why some outcomes are unknown; nil when none is.
    public let failure: AMQPError?
}

/// A message that the broker delivered and that waits for its acknowledgement.
public struct Delivery: Sendable {
    /// Numbers the deliveries of one connection, from 1.
    public let tag: UInt64
    public let exchange: String
    public let routingKey: String
    /// Whether the broker may have delivered it before.
    public let isRedelivered: Bool
    public let properties: MessageProperties
    public let body: [UInt8]

    public init(
        tag: UInt64, exchange: String, routingKey: String, isRedelivered: Bool, properties: MessageProperties,
        body: [UInt8]
    ) {
        self.tag = tag
        self.exchange = exchange
        self.routingKey = routingKey
        self.isRedelivered = isRedelivered
        self.properties = properties
        self.body = body
    }
}

/// The properties of a message that was received; nil where the sender left one out.
public struct MessageProperties: Sendable, Equatable {
    public var messageID: String?
    public var type: String?
    public var correlationID: String?
    public var contentType: String?
    public var timestamp: UInt64?
    public var headers: MessageHeaders = [:]

    public init() {}
}
