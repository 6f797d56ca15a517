import DomainKit

@testable import AMQP
@testable import Messaging

/// A connection to the simulated broker.
// `@unchecked Sendable` holds because only the scheduler's thread touches it.
final class SimulatedConnection: MessagePublisher, DeliverySource, @unchecked Sendable {
    private let world: World
    private let host: Host
    private var link: Link?
    private var broker: Broker { world.broker }

    init(_ world: World, _ host: Host) {
        self.world = world
        self.host = host
    }

    /// The scheduler, as for everything here.
    var preferredExecutor: (any TaskExecutor)? { nil }
    var isOpen: Bool { link != nil }

    func open() async throws {
        guard link == nil else { return }
        try await world.step(host)
        link = try broker.connect(host)
        try await world.step(host)
    }

    func close() async {
        if let link { broker.end(link) }
        link = nil
    }

    func interrupt() { link?.interrupt() }

    func declare(_ topology: Topology) async throws {
        try await step()
        broker.declare(topology)
        try await step()
    }

    func keepAlive() async throws { try await step() }

    /// Something goes to the broker or comes from it: the link is still there, or this throws.
    @discardableResult
    private func step() async throws -> Link {
        guard let link else { throw AMQPError(.notConnected, "simulated") }
        try await world.step(host)
        guard link.isAlive, self.link === link else {
            if self.link === link { self.link = nil }
            throw AMQPError(.connectionLost, "simulated")
        }
        return link
    }

    // MARK: - Publishing

    func publish(_ messages: [OutgoingMessage]) async throws -> PublishReport {
        let link = try await step()
        var outcomes: [PublishOutcome] = []
        var refused: Set<Int> = []
        for message in messages {
            if world.scheduler.random.chance(300) { try await world.step(host) }
            outcomes.append(link.isAlive ? accept(message, &refused) : .unknown)
        }
        if world.strikes(world.conditions.lostAnswers) {
            world.note(host, "confirms are lost")
            broker.end(link)
        }
        try await world.step(host)
        guard !link.isAlive else { return PublishReport(outcomes: outcomes, failure: nil) }
        // Some confirms may have come before the connection broke, in any order.
        let known = outcomes.map { world.scheduler.random.chance(500) ? $0 : .unknown }
        if self.link === link { self.link = nil }
        return PublishReport(outcomes: known, failure: AMQPError(.connectionLost, "simulated"))
    }

    private func accept(_ message: OutgoingMessage, _ refused: inout Set<Int>) -> PublishOutcome {
        var queues = broker.destinations(of: message)
        let label = EntityID(message.messageID)?.label ?? 0
        let isRefused = world.strikes(world.conditions.refusals)
        // Of several queues one may have taken it all the same.
        if isRefused { queues = Array(queues.dropFirst(world.scheduler.random.within(0...queues.count))) }
        for queue in queues {
            world.note(host, "stores", label, queue.name)
            broker.put(StoredMessage(message: message, label: label), into: queue)
        }
        if isRefused { world.note(host, "is refused", label) }
        if queues.isEmpty, message.mandatory { world.note(host, "is returned", label) }
        let outcome: PublishOutcome =
            isRefused ? .rejected : queues.isEmpty && message.mandatory ? .unroutable("NO_ROUTE") : .confirmed
        world.ledger.didPublish(message, outcome, to: queues, refused: &refused, by: host, in: world)
        return outcome
    }

    // MARK: - Consuming

    func consume(_ queue: String, prefetch: UInt16) async throws {
        let link = try await step()
        guard let queue = broker.queues[queue] else { throw AMQPError(.channelClosed, "consume", replyCode: 404) }
        link.queue = queue
        link.prefetch = Int(prefetch)
        queue.consumers.append(link)
        broker.dispatch(queue)
    }

    func receive(max: Int, wait: Duration) async throws -> [Delivery] {
        let link = try await step()
        await link.waitForDeliveries(wait, world.scheduler)
        try await step()
        let tags = link.undelivered.prefix(max)
        let batch = link.unacknowledged.filter { tags.contains($0.tag) }
        link.undelivered.removeFirst(tags.count)
        for (_, message) in batch { world.note(host, "receives", message.label, link.queue?.name ?? "") }
        return batch.map { Delivery($0.message, tag: $0.tag) }
    }

    func acknowledge(_ tag: UInt64, multiple: Bool) async throws {
        let link = try await step()
        // There is no answer to an acknowledgement: one that is lost is not noticed here.
        if world.strikes(world.conditions.lostAnswers) {
            world.note(host, "acknowledgement is lost")
            return broker.end(link)
        }
        let settled = link.unacknowledged.filter { multiple ? $0.tag <= tag : $0.tag == tag }
        if settled.isEmpty { world.violate("delivery \(tag) is acknowledged twice") }
        for (_, message) in settled {
            world.note(host, "acknowledges", message.label, link.queue?.name ?? "")
            if link.undelivered.contains(tag) { world.violate("a delivery is acknowledged that was not received") }
        }
        link.unacknowledged.removeAll { multiple ? $0.tag <= tag : $0.tag == tag }
        if let queue = link.queue { broker.dispatch(queue) }
    }
}

extension Delivery {
    fileprivate init(_ stored: StoredMessage, tag: UInt64) {
        let message = stored.message
        var properties = MessageProperties()
        properties.messageID = message.messageID
        properties.type = message.type
        properties.correlationID = message.correlationID
        properties.contentType = message.contentType
        properties.timestamp = message.timestamp.map { UInt64($0.microseconds / 1_000_000) }
        properties.headers = message.headers
        self.init(
            tag: tag, exchange: message.exchange, routingKey: message.routingKey, isRedelivered: stored.isRedelivered,
            properties: properties, body: message.body)
    }
}
