@testable import AMQP
@testable import Messaging

/// A connection on which another one is based, to do one thing wrong.
protocol WrappedConnection: BrokerConnection {
    var connection: SimulatedConnection { get }
}

extension WrappedConnection {
    var preferredExecutor: (any TaskExecutor)? { connection.preferredExecutor }
    var isOpen: Bool { connection.isOpen }
    func open() async throws { try await connection.open() }
    func declare(_ topology: Topology) async throws { try await connection.declare(topology) }
    func keepAlive() async throws { try await connection.keepAlive() }
    func close() async { await connection.close() }
}

/// Acknowledges what it receives before anybody has looked at it.
struct HastySource: WrappedConnection, DeliverySource {
    let connection: SimulatedConnection
    init(_ connection: SimulatedConnection) { self.connection = connection }

    func consume(_ queue: String, prefetch: UInt16) async throws {
        try await connection.consume(queue, prefetch: prefetch)
    }

    func receive(max: Int, wait: Duration) async throws -> [Delivery] {
        let batch = try await connection.receive(max: max, wait: wait)
        if let last = batch.last { try await connection.acknowledge(last.tag, multiple: true) }
        return batch
    }

    func acknowledge(_ tag: UInt64, multiple: Bool) async throws {}
    func interrupt() { connection.interrupt() }
}

/// Takes what it does not know, or what was returned, for confirmed.
struct CredulousPublisher: WrappedConnection, MessagePublisher {
    let connection: SimulatedConnection
    let believesUnknown: Bool

    init(_ connection: SimulatedConnection, believesUnknown: Bool) {
        self.connection = connection
        self.believesUnknown = believesUnknown
    }

    func publish(_ messages: [OutgoingMessage]) async throws -> PublishReport {
        let report = try await connection.publish(messages)
        let outcomes = report.outcomes.map { outcome -> PublishOutcome in
            switch outcome {
            case .unknown: believesUnknown ? .confirmed : outcome
            case .unroutable: believesUnknown ? outcome : .confirmed
            case .confirmed, .rejected: outcome
            }
        }
        return PublishReport(outcomes: outcomes, failure: report.failure)
    }
}

/// Says that a message is on its way before the broker has it.
struct ImpatientPublisher: WrappedConnection, MessagePublisher {
    let connection: SimulatedConnection
    let world: World
    let host: Host

    init(_ connection: SimulatedConnection, world: World, host: Host) {
        self.connection = connection
        self.world = world
        self.host = host
    }

    func publish(_ messages: [OutgoingMessage]) async throws -> PublishReport {
        world.run(on: host) { _ = try? await connection.publish(messages) }
        return PublishReport(outcomes: messages.map { _ in .confirmed }, failure: nil)
    }
}

/// Counts every failure as the first.
struct ForgetfulPublisher: WrappedConnection, MessagePublisher {
    let connection: SimulatedConnection
    init(_ connection: SimulatedConnection) { self.connection = connection }

    func publish(_ messages: [OutgoingMessage]) async throws -> PublishReport {
        try await connection.publish(
            messages.map { message in
                var message = message
                message.headers[FailureHeader.attempt] = 0
                return message
            })
    }
}
