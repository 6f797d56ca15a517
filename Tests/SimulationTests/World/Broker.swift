import AMQP

/// RabbitMQ, as far as messaging can tell: durable queues that deliver what is not acknowledged again.
// `@unchecked Sendable` holds because only the scheduler's thread touches it.
final class Broker: @unchecked Sendable {
    private unowned let world: World
    var isAway = false
    private(set) var links: [Link] = []
    private(set) var queues: [String: Queue] = [:]
    /// The queues bound to each routing key.
    private(set) var routes: [String: [Queue]] = [:]
    /// Routing keys that lead nowhere for now.
    var unbound: Set<String> = []

    init(_ world: World) { self.world = world }

    var allQueues: [Queue] { queues.values.sorted { $0.name < $1.name } }

    func declare(_ topology: Topology) {
        for queue in topology.queues where queues[queue.name] == nil {
            queues[queue.name] = Queue(queue.name, deadLettersTo: queue.arguments["x-dead-letter-routing-key"]?.text)
        }
        for binding in topology.bindings {
            guard let queue = queues[binding.queue] else { continue }
            if !routes[binding.routingKey, default: []].contains(where: { $0 === queue }) {
                routes[binding.routingKey, default: []].append(queue)
            }
        }
    }

    // MARK: - Links

    func connect(_ host: Host) throws -> Link {
        guard !isAway else { throw AMQPError(.unreachable, "connect") }
        let link = Link(host)
        links.append(link)
        return link
    }

    /// Ends a link: what it has not acknowledged goes back to its queue, to the front or anywhere.
    func end(_ link: Link) {
        guard link.isAlive else { return }
        link.isAlive = false
        links.removeAll { $0 === link }
        if let queue = link.queue {
            queue.consumers.removeAll { $0 === link }
            for (_, message) in link.unacknowledged.reversed() {
                var message = message
                message.isRedelivered = true
                let anywhere = world.isStormy && world.scheduler.random.chance(200)
                queue.ready.insert(message, at: anywhere ? world.scheduler.random.within(0...queue.ready.count) : 0)
            }
            link.unacknowledged = []
            dispatch(queue)
        }
        link.interrupt()
    }

    // MARK: - Messages

    /// The queues that want a message, or nil where none does.
    func destinations(of message: OutgoingMessage) -> [Queue] {
        if message.exchange.isEmpty { return queues[message.routingKey].map { [$0] } ?? [] }
        return unbound.contains(message.routingKey) ? [] : routes[message.routingKey] ?? []
    }

    func put(_ message: StoredMessage, into queue: Queue) {
        var message = message
        if let expiration = message.message.expiration {
            message.expires = world.scheduler.now + expiration.microseconds
            world.scheduler.schedule(in: expiration.microseconds) { self.expire(queue) }
        }
        queue.ready.append(message)
        dispatch(queue)
    }

    /// Messages whose time is over go on, but only from the front.
    private func expire(_ queue: Queue) {
        while let first = queue.ready.first, let expires = first.expires, expires <= world.scheduler.now {
            queue.ready.removeFirst()
            guard let target = queue.deadLettersTo.flatMap({ queues[$0] }) else { continue }
            var message = first
            message.expires = nil
            message.message.expiration = nil
            put(message, into: target)
        }
    }

    /// Hands out what is there to those who can take it.
    func dispatch(_ queue: Queue) {
        while !queue.ready.isEmpty {
            let takers = queue.consumers.filter { $0.unacknowledged.count < $0.prefetch }
            guard !takers.isEmpty else { return }
            let link = takers[world.scheduler.random.below(takers.count)]
            let message = queue.ready.removeFirst()
            link.lastTag += 1
            link.unacknowledged.append((link.lastTag, message))
            link.undelivered.append(link.lastTag)
            link.wake()
        }
    }
}

/// A message as the broker keeps it.
struct StoredMessage {
    var message: OutgoingMessage
    let label: Int
    var isRedelivered = false
    var expires: Int?
}

/// A queue of the broker.
// `@unchecked Sendable` holds because only the scheduler's thread touches it.
final class Queue: @unchecked Sendable {
    let name: String
    let deadLettersTo: String?
    var ready: [StoredMessage] = []
    var consumers: [Link] = []

    init(_ name: String, deadLettersTo: String?) {
        self.name = name
        self.deadLettersTo = deadLettersTo
    }

    var unacknowledged: Int { consumers.reduce(0) { $0 + $1.unacknowledged.count } }
}

/// A connection as the broker sees it.
// `@unchecked Sendable` holds because only the scheduler's thread touches it.
final class Link: @unchecked Sendable {
    let host: Host
    var isAlive = true
    var queue: Queue?
    var prefetch = 0
    var lastTag: UInt64 = 0
    var unacknowledged: [(tag: UInt64, message: StoredMessage)] = []
    /// The numbers of those that the process has not been given yet.
    var undelivered: [UInt64] = []
    private var isInterrupted = false
    private var waiter: Waiter?

    init(_ host: Host) { self.host = host }

    func wake() { waiter?.wake() }

    func interrupt() {
        isInterrupted = true
        wake()
    }

    /// Waits until there is something to take, somebody interrupts or the time is over.
    func waitForDeliveries(_ limit: Duration, _ scheduler: Scheduler) async {
        let waiter = Waiter()
        self.waiter = waiter
        if isInterrupted || !undelivered.isEmpty { waiter.wake() }
        await scheduler.wait(waiter, limit: limit.microseconds)
        self.waiter = nil
        isInterrupted = false
    }
}
