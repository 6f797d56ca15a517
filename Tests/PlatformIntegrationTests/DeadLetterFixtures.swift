import AMQP
import DomainKit
import Messaging
import Postgres
import TestKit
import Testing

/// The parts that deal with dead letters, on a bench.
extension MessagingBench {
    func store(rule: @escaping RedriveRule = { _, _ in nil }) -> DeadLetterStore {
        DeadLetterStore(pool, rule: rule)
    }

    func collector(on broker: BrokerSettings? = nil) -> DeadLetterCollector {
        DeadLetterCollector(parcels, on: broker ?? vhost.broker(), into: pool, logger: logger, metrics: metrics)
    }

    func redriver(rule: @escaping RedriveRule = { _, _ in nil }) -> DeadLetterRedriver {
        DeadLetterRedriver(store(rule: rule), interval: .milliseconds(50), logger: logger, metrics: metrics)
    }

    /// Runs a consumer that fails while `mustFail` says so, with all that follows from it.
    func runningAll(
        _ mustFail: Box<Bool>, rule: @escaping RedriveRule = { _, _ in nil }, body: @Sendable () async throws -> Void
    ) async throws {
        let consumer = consumer(
            retryDelays: [.milliseconds(20)], before: { _ in if mustFail.value { throw HandlerFailed() } })
        try await running(consumer, collector(), relay(), redriver(rule: rule), body: body)
    }

    /// Puts messages into the dead-letter queue as a consumer would.
    func kill(_ messages: [OutgoingMessage], reason: String = "poison") async throws {
        try await vhost.publish(
            messages.map { message in
                var dead = message
                dead.routingKey = parcels.deadLetterQueue
                dead.headers["tradewind-attempt"] = 4
                dead.headers["tradewind-error"] = .text(reason)
                dead.headers["tradewind-consumer"] = .text(parcels.queue)
                return dead
            })
    }

    /// All dead letters, the oldest first, once there are `count` of that status.
    func letters(_ count: Int, _ status: DeadLetter.Status = .waiting) async throws -> [DeadLetter] {
        try await eventually("\(count) are \(status)") {
            try await store().list(status: status, limit: 1_000).count == count
        }
        return try await store().list(status: status, limit: 1_000).reversed()
    }

    /// What happened to a dead letter, oldest first.
    func history(_ letter: DeadLetter) async throws -> [String] {
        try #require(try await store().details(letter.seq)).history.map(\.action)
    }

    /// The redrive of many, once it has ended.
    func ended(_ redrive: BulkRedrive) async throws -> BulkRedrive {
        try await eventually("the redrive has ended") {
            try await store().bulkRedrive(redrive.id)?.finishedAt != nil
        }
        return try #require(try await store().bulkRedrive(redrive.id))
    }
}
