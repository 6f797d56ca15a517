import DomainKit
import JSON

/// What a domain says to the others, and what it listens to.
public struct MessageCatalog: Sendable {
    /// An event that a domain listens to, and the queue from which it takes it.
    public struct Consumed: Sendable {
        let event: any DescribedEvent.Type
        let queue: String

        /// What feeds a consumer.
        public init<Event: DescribedEvent>(_ subscription: Subscription<Event>) {
            event = Event.self
            queue = subscription.queue
        }
    }

    /// The domain's name, such as `Order`.
    public let domain: String
    let published: [any DescribedEvent.Type]
    let consumed: [Consumed]

    /// - Parameters:
    ///   - domain: such as `Order`.
    ///   - published: the events of the domain's contracts.
    ///   - consumed: what feeds its consumers.
    public init(of domain: String, publishes published: [any DescribedEvent.Type], consumes consumed: [Consumed]) {
        self.domain = domain
        self.published = published
        self.consumed = consumed
    }

    /// Each event once.
    var events: [any DescribedEvent.Type] {
        var seen: Set<String> = []
        return (published + consumed.map(\.event)).filter { seen.insert($0.type).inserted }
    }
}

extension CloudEvent {
    /// The headers of every message.
    static let headers = JSONSchema.object(
        "CloudEventHeaders", .required(header(specVersion), .oneOf(["1.0"])),
        .required(header(id), .uuid, "The message: the same however often it is delivered or sent again."),
        .required(header(type), .string(example: "OrderCreated"), "The name of the event."),
        .required(header(source), .string(example: "/tradewind/order"), "The kind of aggregate that it happened to."),
        .required(header(subject), .uuid, "The aggregate that it happened to."),
        .required(header(time), .timestamp, "When it happened."),
        .required(
            header(correlationID), .string(example: "0af7651916cd43dd8448eb211c80319c"),
            "The same for all that follows from one request of a client."),
        .optional(header(causationID), .uuid, "The message that led directly to it; left out where a client did."),
        .required(header(schemaVersion), .string(example: "1"), "The version of the body."),
        .optional(
            traceparent, .string(example: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
            "The trace (W3C Trace Context)."),
        note: "CloudEvents 1.0.2, binary mode.")
}
