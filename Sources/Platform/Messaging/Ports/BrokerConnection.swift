import AMQP

/// A connection to the broker, as messaging needs it.
///
/// When a call throws, the connection is closed, and whatever was not confirmed or acknowledged counts as not done.
protocol BrokerConnection: Sendable {
    /// Where a task that talks to the connection all the time had best run; nil for where it happens to.
    var preferredExecutor: (any TaskExecutor)? { get }
    var isOpen: Bool { get async }
    /// Connects, unless that has been done.
    func open() async throws
    /// Declares what is missing.
    func declare(_ topology: Topology) async throws
    /// Serves heartbeats, and throws when the connection has been lost meanwhile.
    func keepAlive() async throws
    /// Closes the connection; what was delivered and not acknowledged goes back to its queue.
    func close() async
}

/// Takes messages to the broker.
protocol MessagePublisher: BrokerConnection {
    /// Publishes all of `messages`, in order, and returns what became of each. See ``AMQPConnection/publish(_:)``.
    func publish(_ messages: [OutgoingMessage]) async throws -> PublishReport
}

/// Brings messages from the broker.
protocol DeliverySource: BrokerConnection {
    /// Begins to consume `queue`, with so many deliveries ahead of their acknowledgements.
    func consume(_ queue: String, prefetch: UInt16) async throws
    /// Waits for messages and returns what is there, in the order of delivery; nothing when the time is over or
    /// ``interrupt()`` was called.
    func receive(max: Int, wait: Duration) async throws -> [Delivery]
    /// Tells the broker that a delivery has been dealt with, or all up to it. Never for the same one twice.
    func acknowledge(_ tag: UInt64, multiple: Bool) async throws
    /// Ends a present ``receive(max:wait:)`` at once; without one, the next.
    func interrupt()
}

extension AMQPConnection: MessagePublisher, DeliverySource {}
