import AMQP
import DomainKit

/// The exchange that all integration events go through.
public let eventsExchange = "tradewind.events"

/// One consumer's interest in one kind of event: a queue of its own, so that its depth means something.
public struct Subscription<Event: IntegrationEvent>: Sendable {
    /// The domain that listens, such as `stock`.
    public let consumer: String
    /// The queue, such as `stock.order-created`. It is also the consumer's name in the inbox.
    public let queue: String

    /// - Parameters:
    ///   - consumer: the domain that listens, such as `stock`.
    ///   - event: what it listens to.
    public init(consumer: String, to event: Event.Type = Event.self) {
        self.consumer = consumer
        let key = Event.routingKey.map { $0 == "." ? "-" : $0 }
        queue = "\(consumer).\(String(key))"
    }

    /// Where messages go that cannot be handled.
    public var deadLetterQueue: String { SubscriptionTopology.deadLetterQueue(of: queue) }
}

/// The queues of one subscription.
///
/// All are quorum queues. Messages on their way back wait in one queue for each delay, from where they return to this
/// consumer's queue through the default exchange, so that no other subscriber sees them again.
public struct SubscriptionTopology: Sendable {
    /// After so many deliveries without an acknowledgement the broker itself moves a message to the dead letters: a
    /// belt for messages that crash their consumer.
    static let deliveryLimit: Int64 = 20

    let queue: String
    let routingKey: String
    let retryDelays: [Duration]

    public init(queue: String, routingKey: String, retryDelays: [Duration]) {
        self.queue = queue
        self.routingKey = routingKey
        self.retryDelays = retryDelays
    }

    static func deadLetterQueue(of queue: String) -> String { "\(queue).dlq" }

    /// What both a consumer and the collector of its dead letters declare: the arguments must be the same.
    ///
    /// From RabbitMQ 4.0 a quorum queue that says nothing drops a message after 20 deliveries, and a dead letter that cannot
    /// be stored is delivered with every connection. No limit at all, -1, is not understood before 4.0.
    static func deadLetterQueue(named name: String) -> Topology.Queue {
        Topology.Queue(name, arguments: ["x-queue-type": "quorum", "x-delivery-limit": .integer(Int64(Int32.max))])
    }

    /// The queue in which messages wait for `delay`, such as `stock.order-created.retry-5s`.
    static func retryQueue(of queue: String, after delay: Duration) -> String {
        let milliseconds = Int(delay / .milliseconds(1))
        let name = milliseconds % 1_000 == 0 ? "\(milliseconds / 1_000)s" : "\(milliseconds)ms"
        return "\(queue).retry-\(name)"
    }

    /// What is to be declared.
    public var topology: Topology {
        let deadLetters = Self.deadLetterQueue(of: queue)
        var queues = [
            Self.deadLetterQueue(named: deadLetters),
            Topology.Queue(
                queue, arguments: deadLettering(to: deadLetters, ["x-delivery-limit": .integer(Self.deliveryLimit)])),
        ]
        for delay in retryDelays {
            queues.append(Topology.Queue(Self.retryQueue(of: queue, after: delay), arguments: deadLettering(to: queue)))
        }
        return Topology(
            exchanges: [Topology.Exchange(eventsExchange)], queues: queues,
            bindings: [Topology.Binding(queue, to: eventsExchange, routingKey: routingKey)])
    }

    /// With any other strategy or overflow the broker may lose a message on its way from one queue to the other.
    private func deadLettering(to queue: String, _ more: MessageHeaders = [:]) -> MessageHeaders {
        let arguments: MessageHeaders = [
            "x-queue-type": "quorum", "x-dead-letter-exchange": "", "x-dead-letter-routing-key": .text(queue),
            "x-dead-letter-strategy": "at-least-once", "x-overflow": "reject-publish",
        ]
        return arguments.merging(more) { $1 }
    }
}
