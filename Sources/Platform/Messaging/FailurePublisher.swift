import AMQP

/// Publishes messages to wait queues and dead letters, on a connection of its own that opens with the first failure.
struct FailurePublisher: Sendable {
    let connection: any MessagePublisher
    let topology: Topology

    /// Publishes `message` and returns when the broker has it on disk.
    ///
    /// - Throws: ``AMQPError``, of the kind that is worth trying again where the broker did not take it.
    func publish(_ message: OutgoingMessage) async throws {
        try await connection.open()
        let report = try await connection.publish([message])
        switch report.outcomes.first {
        case .confirmed:
            return
        case .unroutable(let text):
            // Somebody has deleted the queue. Declare it again: the message must not be lost.
            try await connection.declare(topology)
            throw AMQPError(.timeout, "publish to \(message.routingKey)", text: text)
        case .rejected:
            throw AMQPError(.timeout, "publish to \(message.routingKey)", text: "the broker could not take the message")
        case .unknown, nil:
            throw report.failure ?? AMQPError(.connectionLost, "publish to \(message.routingKey)")
        }
    }
}
