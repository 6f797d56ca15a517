import CRabbitMQ
import Lifecycle

/// A connection to the broker with one channel, on a thread of its own.
///
/// Calls run one after the other on that thread, and block nothing else. When one throws, the connection is closed, and
/// whatever was not confirmed or acknowledged counts as not done; ``open()`` makes a new connection. Use separate
/// connections for publishing and for consuming: a broker under an alarm stops reading from publishers.
public actor AMQPConnection {
    let settings: BrokerSettings
    nonisolated let executor: ThreadExecutor
    nonisolated let interruption = Interruption()
    var link: Link?
    var isBlocked = false
    /// Whether confirms have been asked for, and the number of the next message to be published.
    var nextPublishTag: UInt64?
    /// What has been read and not yet handed out.
    var deliveries: [Delivery] = []
    var consumerTag: String?

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    /// The connection's thread, for tasks that talk to it all the time: they save a change of threads for each call.
    public nonisolated var preferredExecutor: (any TaskExecutor)? { executor }

    /// Opens nothing yet.
    public init(_ settings: BrokerSettings) {
        self.settings = settings
        executor = ThreadExecutor(name: "amqp")
    }

    deinit { executor.stop() }

    /// Whether the connection is open, as far as is known without asking the broker.
    public var isOpen: Bool { link != nil }

    /// Connects and logs in, unless that has been done. The nodes of a cluster are tried in random order, each once, so
    /// that connections spread over them.
    ///
    /// - Throws: ``AMQPError``: `unreachable`, `accessRefused`, or `timeout`, of the node that was tried last.
    public func open() throws(AMQPError) {
        guard link == nil else { return }
        var failure = AMQPError(.unreachable, "connect to \(settings)")
        for server in try settings.address.get().servers.shuffled() {
            do throws(AMQPError) {
                link = try Link(settings, to: server)
                return
            } catch {
                failure = error
            }
        }
        throw failure
    }

    /// Declares what is missing; what is there with the same arguments stays as it is.
    ///
    /// - Throws: ``AMQPError``: `channelClosed` with code 406 where something of another kind bears the name.
    public func declare(_ topology: Topology) throws(AMQPError) {
        for exchange in topology.exchanges {
            try call("declare exchange \(exchange.name)") { state, arena in
                amqp_exchange_declare(
                    state, Link.channel, arena.bytes(exchange.name), arena.bytes("topic"), 0, 1, 0, 0, arena.table([:]))
            }
        }
        for queue in topology.queues {
            try call("declare queue \(queue.name)") { state, arena in
                amqp_queue_declare(
                    state, Link.channel, arena.bytes(queue.name), 0, 1, 0, 0, arena.table(queue.arguments))
            }
        }
        for binding in topology.bindings {
            try call("bind queue \(binding.queue)") { state, arena in
                amqp_queue_bind(
                    state, Link.channel, arena.bytes(binding.queue), arena.bytes(binding.exchange),
                    arena.bytes(binding.routingKey), arena.table([:]))
            }
        }
    }

    /// How many messages wait in `queue`, delivered ones not counted.
    ///
    /// - Throws: ``AMQPError``: `channelClosed` with code 404 where there is no such queue.
    public func messageCount(of queue: String) throws(AMQPError) -> Int {
        var count = 0
        try call("look at queue \(queue)") { state, arena in
            let answer = amqp_queue_declare(state, Link.channel, arena.bytes(queue), 1, 1, 0, 0, arena.table([:]))
            count = Int(answer?.pointee.message_count ?? 0)
        }
        return count
    }

    /// Serves heartbeats. Call it every few seconds while nothing else is called, or the broker hangs up.
    ///
    /// - Throws: ``AMQPError`` when the connection has been lost meanwhile.
    public func keepAlive() throws(AMQPError) {
        try using { link throws(AMQPError) in try drain(link, upTo: .max) }
    }

    /// Ends a present ``receive(max:wait:)`` at once, from any thread; without one, the next.
    public nonisolated func interrupt() {
        interruption.signal()
    }

    /// Closes the connection; what was delivered and not acknowledged goes back to its queue.
    public func close() {
        link?.close()
        discard()
    }

    // MARK: - For the other parts of the connection

    /// Runs `body` with the open link, and closes the connection when it throws.
    func using<R>(_ body: (Link) throws(AMQPError) -> R) throws(AMQPError) -> R {
        guard let link else { throw AMQPError(.notConnected, "use the connection to \(settings)") }
        do throws(AMQPError) {
            return try body(link)
        } catch {
            discard()
            throw error
        }
    }

    func call(_ context: @autoclosure () -> String, _ body: (amqp_connection_state_t, Arena) -> Void) throws(AMQPError)
    {
        try using { link throws(AMQPError) in try link.call(context(), body) }
    }

    /// Forgets everything about the present link.
    func discard() {
        link = nil
        isBlocked = false
        nextPublishTag = nil
        consumerTag = nil
        deliveries = []
    }
}
