import AMQP
import DomainKit
import TestKit

/// What passed through the exchange, kept aside by a queue of the test's own.
struct Tap: Sendable {
    static let queue = "test.tap"

    let broker: TestVhost

    /// Everything that was published since the tap was opened.
    func drain() async throws -> [Delivery] {
        try await broker.withConnection { connection in
            try await connection.consume(Tap.queue, prefetch: 1_000)
            var kept: [Delivery] = []
            while case let batch = try await connection.receive(max: 1_000, wait: .milliseconds(500)),
                let last = batch.last
            {
                kept += batch
                try await connection.acknowledge(last.tag, multiple: true)
            }
            return kept
        }
    }
}

extension Shop {
    static let queues = [
        "stock.order-created", "stock.order-cancelled", "order.stock-process-completed", "order.stock-process-failed",
        "order.stock-product-priced", "notification.order-confirmed", "notification.order-cancelled",
        "stock.order-customer-erased", "notification.order-customer-erased", "notification.stock-product-run-low",
    ]

    /// Keeps a copy of everything that is published from now on.
    func tap() async throws -> Tap {
        try await broker.withConnection { connection in
            try await connection.declare(
                Topology(
                    exchanges: [.init("tradewind.events")], queues: [.init(Tap.queue)],
                    bindings: [.init(Tap.queue, to: "tradewind.events", routingKey: "#")]))
        }
        return Tap(broker: broker)
    }

    /// Publishes messages again, in the given order, as they were.
    func republish(_ messages: [Delivery]) async throws {
        let copies = messages.map { message in
            OutgoingMessage(
                exchange: message.exchange, routingKey: message.routingKey,
                messageID: message.properties.messageID ?? "", type: message.properties.type ?? "",
                correlationID: message.properties.correlationID, headers: message.properties.headers,
                body: message.body, mandatory: false)
        }
        let report = try await broker.withConnection { try await $0.publish(copies) }
        guard report.outcomes.allSatisfy({ $0 == .confirmed }) else {
            throw Failure(description: "not all copies were confirmed: \(String(describing: report.failure))")
        }
    }

    /// How many messages wait in the consumers' queues, their dead-letter queues included. Those in the hands of a
    /// consumer are not counted.
    func waitingMessages() async throws -> Int {
        try await broker.withConnection { connection in
            var count = 0
            for queue in Shop.queues {
                count += try await connection.messageCount(of: queue)
                count += try await connection.messageCount(of: "\(queue).dlq")
            }
            return count
        }
    }
}
