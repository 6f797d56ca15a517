import AMQP
import DomainKit
import JSON
import Testing

@testable import Messaging

@Suite struct MessagingTests {
    private struct Ping: IntegrationEvent {
        static let type = "Ping"
        static let schemaVersion = 3
        static let routingKey = "ping.sent-out"
        static let aggregateType = "ping"
        let aggregateID: EntityID

        init?(json: JSONReader) {
            guard let id = json["id"].required(EntityID.self) else { return nil }
            aggregateID = id
        }

        func write(to json: inout JSONWriter) { json.object { $0.field("id", aggregateID) } }
    }

    private static let id = EntityID.v7(at: Timestamp(microseconds: 1_700_000_000_000_000))
    private static let now = Timestamp(microseconds: 1_800_000_000_000_000)

    private func delivery(_ headers: MessageHeaders = [:], body: String? = nil) -> Delivery {
        var properties = MessageProperties()
        properties.messageID = Self.id.description
        properties.type = "Ping"
        properties.headers = ["cloudEvents_schemaversion": "3"].merging(headers) { $1 }
        let body = body ?? #"{"id": "\#(Self.id)"}"#
        return Delivery(
            tag: 1, exchange: "", routingKey: "", isRedelivered: false, properties: properties, body: Array(body.utf8))
    }

    // MARK: - Topology

    @Test func aQueueIsNamedAfterConsumerAndEvent() {
        let subscription = Subscription(consumer: "stock", to: Ping.self)
        #expect(subscription.queue == "stock.ping-sent-out")
        #expect(subscription.deadLetterQueue == "stock.ping-sent-out.dlq")
    }

    @Test func everyQueueIsAQuorumQueueAndWaitQueuesLeadBackToTheConsumersOwn() throws {
        let topology = SubscriptionTopology(
            queue: "stock.x", routingKey: "x", retryDelays: [.seconds(1), .milliseconds(1_500)]
        ).topology
        let names = topology.queues.map(\.name)
        #expect(names == ["stock.x.dlq", "stock.x", "stock.x.retry-1s", "stock.x.retry-1500ms"])
        #expect(topology.queues.allSatisfy { $0.arguments["x-queue-type"] == "quorum" })
        #expect(topology.queues[1].arguments["x-dead-letter-routing-key"] == "stock.x.dlq")
        #expect(topology.queues[1].arguments["x-delivery-limit"] == 20)
        // Without one, RabbitMQ 4 would drop a dead letter at its 21st delivery.
        #expect(topology.queues[0].arguments["x-delivery-limit"] == 2_147_483_647)
        for queue in topology.queues[1...] {
            #expect(queue.arguments["x-dead-letter-strategy"] == "at-least-once")
            #expect(queue.arguments["x-overflow"] == "reject-publish")
            #expect(queue.arguments["x-dead-letter-exchange"] == "")
        }
        #expect(topology.queues[2...].allSatisfy { $0.arguments["x-dead-letter-routing-key"] == "stock.x" })
        #expect(topology.bindings == [.init("stock.x", to: "tradewind.events", routingKey: "x")])
    }

    // MARK: - Envelope

    @Test func aDeliveryIsReadWithItsCause() throws {
        let received = try Received<Ping>(
            delivery([
                "cloudEvents_time": "2026-01-02T03:04:05.000006Z", "cloudEvents_correlationid": "c",
                "cloudEvents_causationid": "other", "traceparent": "t",
            ]))
        #expect(received.messageID == Self.id && received.event.aggregateID == Self.id)
        #expect(received.occurredAt == Timestamp("2026-01-02T03:04:05.000006Z"))
        #expect(received.cause == Cause(correlationID: "c", causationID: Self.id, traceparent: "t"))
    }

    @Test func attributesMayBeSpelledWithAColon() throws {
        let received = try Received<Ping>(delivery(["cloudEvents:type": "Ping", "cloudEvents:correlationid": "c"]))
        #expect(received.cause.correlationID == "c")
    }

    @Test func withoutACorrelationTheMessageBeginsOne() throws {
        #expect(try Received<Ping>(delivery()).cause.correlationID == Self.id.description)
    }

    @Test(arguments: [
        (["cloudEvents_type": "Pong"] as MessageHeaders, nil as String?), (["cloudEvents_schemaversion": "4"], nil),
        (["cloudEvents_schemaversion": "2"], nil), ([:], ""), ([:], "{}"), ([:], "[1"), ([:], "null"),
    ])
    func whatIsNotTheEventIsUnreadable(_ headers: MessageHeaders, _ body: String?) {
        #expect(throws: UnreadableMessage.self) { try Received<Ping>(delivery(headers, body: body)) }
    }

    // MARK: - Failure

    private func failure(_ headers: MessageHeaders = [:], isFinal: Bool = false) -> Failure {
        Failure(
            of: delivery(headers), from: "stock.x", reason: "because", isFinal: isFinal,
            retryDelays: [.seconds(1), .seconds(5), .seconds(25)], at: Self.now)
    }

    @Test func theFirstThreeFailuresWaitEachInItsQueue() throws {
        for (attempt, (delay, name)) in [(1, "1s"), (5, "5s"), (25, "25s")].enumerated() {
            let headers: MessageHeaders = attempt == 0 ? [:] : ["tradewind-attempt": .integer(Int64(attempt))]
            let failure = failure(headers)
            #expect(failure.destination == .retry(after: .seconds(delay)))
            let message = failure.message
            #expect(message.exchange.isEmpty && message.routingKey == "stock.x.retry-\(name)")
            #expect(message.headers["tradewind-attempt"] == .integer(Int64(attempt + 1)))
            let expiration = try #require(message.expiration) / .seconds(1)
            #expect((0.8 * Double(delay)...1.2 * Double(delay)).contains(expiration))
        }
    }

    @Test func theFourthFailureAndAFinalOneAreDeadLetters() {
        for failure in [failure(["tradewind-attempt": 3]), failure(isFinal: true)] {
            #expect(failure.destination == .deadLetters)
            #expect(failure.message.routingKey == "stock.x.dlq" && failure.message.expiration == nil)
        }
    }

    /// A worker that ended over such a message would end again with every delivery.
    @Test(arguments: [Int64.max, Int64.min, -1, 1 << 40]) func anAttemptThatNobodyCountedEndsNoWorker(attempt: Int64) {
        let failure = failure(["tradewind-attempt": .integer(attempt)])
        #expect(failure.destination == (attempt > 0 ? .deadLetters : .retry(after: .seconds(1))))
        #expect((1...10_001).contains(failure.attempt))
    }

    /// A zero byte cannot be read back from JSON: it would have cost the message all of its headers when it is sent again.
    @Test func aHeaderWithAZeroByteCostsADeadLetterNoOther() {
        let headers: MessageHeaders = ["odd\0": "a\0b", "odd\u{FFFD}": "c", "traceparent": "t"]
        let dead = DeadMessage(delivery(headers), at: Self.now)
        let again = OutboxEntry.headers(
            Array(DeadMessage.redriveHeaders(from: Array(dead.headers.utf8), redrive: 1).utf8))
        #expect(again["traceparent"] == "t" && again["odd\u{FFFD}"] == "a\u{FFFD}b")
        #expect(again["cloudEvents_schemaversion"] == "3")
    }

    @Test func aTimeBeyondAllYearsIsTheEndOfTheLast() {
        #expect(Timestamp(seconds: .max).description == "9999-12-31T23:59:59.000000Z")
    }

    @Test func aFailedMessageKeepsItsIdentityAndTellsItsHistory() {
        let message = failure(["a": "b", "tradewind-first-failed-at": "then", "x-death": .other]).message
        #expect(message.messageID == Self.id.description && message.type == "Ping" && message.mandatory)
        #expect(message.body == delivery().body)
        #expect(message.headers["a"] == "b" && message.headers["tradewind-first-failed-at"] == "then")
        #expect(message.headers["tradewind-last-failed-at"] == .text(Self.now.description))
        #expect(message.headers["tradewind-error"] == "because" && message.headers["tradewind-consumer"] == "stock.x")
    }

    // MARK: - Relay

    @Test func sharesOfShardsCoverAllOfThem() {
        for relays in 1...40 {
            #expect(ShardLocks.share(of: relays) * relays >= ShardLocks.count)
        }
        #expect(ShardLocks.share(of: 1) == 16 && ShardLocks.share(of: 2) == 8 && ShardLocks.share(of: 0) == 16)
    }

    @Test func aParkedRouteIsTriedAgainLaterAndLater() {
        var parked = ParkedRoutes(limit: .seconds(10))
        let route = OutboxEntry.Route(exchange: "e", routingKey: "k")
        let start = ContinuousClock.now
        let isNew = parked.park(route, at: start)
        #expect(isNew)
        #expect(parked.all == [route] && parked.due(at: start).isEmpty)
        #expect(parked.due(at: start + .seconds(1)) == [route])
        for _ in 0..<10 {
            let isNewAgain = parked.park(route, at: start)
            #expect(!isNewAgain)
        }
        #expect(parked.due(at: start + .seconds(7)).isEmpty)
        #expect(parked.due(at: start + .seconds(13)) == [route])
        parked.release(route)
        #expect(parked.isEmpty)
    }

    @Test func storedHeadersAreTextsIntegersAndBooleans() {
        let headers = OutboxEntry.headers(Array(#"{"a": "b", "n": 1, "f": true, "x": null, "o": {}}"#.utf8))
        #expect(headers == ["a": "b", "n": 1, "f": true])
        #expect(OutboxEntry.headers(Array("no".utf8)).isEmpty)
    }
}
