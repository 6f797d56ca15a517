import JSON

/// Something that happened to an aggregate of one domain, told to the others.
///
/// The JSON of the event is the body of the message; all else travels in headers (CloudEvents 1.0.2, binary mode).
public protocol IntegrationEvent: JSONCodable, Sendable {
    /// The name of the event, such as `OrderCreated`. It never changes.
    static var type: String { get }
    /// The version of the body. It is raised only by a change that an old reader cannot read.
    static var schemaVersion: Int { get }
    /// The routing key on the exchange, such as `order.created`.
    static var routingKey: String { get }
    /// The kind of aggregate that it happened to, such as `order`.
    static var aggregateType: String { get }
    /// Whether somebody must be listening. Where true, a message that no queue takes stays in the outbox.
    static var mustBeRouted: Bool { get }
    /// Which aggregate it happened to. Messages of one aggregate are published in the order in which they were written.
    var aggregateID: EntityID { get }
    /// The identities that logs name an event by, such as `order_id`: the aggregate's, unless there are more.
    var identities: [(name: String, id: EntityID)] { get }
}

extension IntegrationEvent {
    public static var schemaVersion: Int { 1 }
    public static var mustBeRouted: Bool { true }
    public var identities: [(name: String, id: EntityID)] { [("\(Self.aggregateType)_id", aggregateID)] }
}

/// What led to a change: kept with everything that follows from it, through database and broker.
public struct Cause: Sendable, Equatable {
    /// The same for all that follows from one request of a client.
    public let correlationID: String
    /// The message that led directly to this; nil where a client did.
    public let causationID: EntityID?
    /// The W3C trace context of the hop, as in its `traceparent` header.
    public let traceparent: String?
    /// What other systems keep in the trace, as in the `tracestate` header.
    public let tracestate: String?

    public init(
        correlationID: String, causationID: EntityID? = nil, traceparent: String? = nil, tracestate: String? = nil
    ) {
        self.correlationID = correlationID
        self.causationID = causationID
        self.traceparent = traceparent
        self.tracestate = tracestate
    }
}

/// An event as a consumer got it.
public struct Received<Event: IntegrationEvent>: Sendable {
    public let event: Event
    /// The identity of the message. It stays the same however often the message is delivered or redriven.
    public let messageID: EntityID
    /// When it happened, by the clock of the publisher.
    public let occurredAt: Timestamp
    /// The cause to hand on with all that this event leads to: this message is its ``Cause/causationID``.
    public let cause: Cause

    public init(event: Event, messageID: EntityID, occurredAt: Timestamp, cause: Cause) {
        self.event = event
        self.messageID = messageID
        self.occurredAt = occurredAt
        self.cause = cause
    }
}

/// An event whose body documents can describe: the contract of a domain with the others.
public protocol DescribedEvent: IntegrationEvent {
    /// What the body of the message is, named after the event.
    static var schema: JSONSchema { get }
}
