import AMQP
import DomainKit
import Lifecycle
import Messaging
import Postgres
import TestKit
import Testing

@Suite(.timeLimit(.minutes(2))) struct OutboxTests {
    @Test func anEventIsWrittenWithTheCommitAndNotWithoutIt() async throws {
        try await MessagingBench.with { bench in
            await #expect(throws: HandlerFailed.self) {
                try await bench.provider().perform { work in
                    try await work.publish(ParcelSent(), cause: MessagingBench.cause)
                    throw HandlerFailed()
                }
            }
            #expect(try await bench.outboxCount() == 0)
            let parcel = EntityID.v7()
            try await bench.publish(ParcelSent(parcel, 1), ParcelSent(parcel, 2))
            let rows = try await bench.pool.query(
                """
                SELECT payload::json->>'number', type, routing_key, aggregate_id, headers->>'cloudEvents_correlationid'
                FROM outbox ORDER BY seq
                """
            ) {
                [
                    try $0.text(0), try $0.text(1), try $0.text(2), try $0.id(3).description, try $0.text(4),
                ]
            }
            let common = ["ParcelSent", "parcel.sent", parcel.description, "test"]
            #expect(rows == [["1"] + common, ["2"] + common])
        }
    }

    @Test func theRelayPublishesWithAllHeadersAndDeletes() async throws {
        try await MessagingBench.with { bench in
            try await bench.declareQueues()
            let parcel = EntityID.v7()
            try await bench.publish(ParcelSent(parcel, 7), ParcelWeighed(parcel))
            try await bench.running(bench.relay()) {
                try await eventually("the outbox is empty") { try await bench.outboxCount() == 0 }
            }
            let delivery = try #require(try await bench.vhost.take(1, from: bench.parcels.queue).first)
            let headers = delivery.properties.headers
            #expect(delivery.exchange == eventsExchange && delivery.routingKey == "parcel.sent")
            #expect(delivery.properties.contentType == "application/json")
            #expect(delivery.properties.messageID.flatMap { EntityID($0) } != nil)
            #expect(headers["cloudEvents_id"]?.text == delivery.properties.messageID)
            #expect(headers["cloudEvents_specversion"] == "1.0" && headers["cloudEvents_type"] == "ParcelSent")
            #expect(headers["cloudEvents_source"] == "/tradewind/parcel")
            #expect(headers["cloudEvents_subject"] == .text(parcel.description))
            #expect(headers["cloudEvents_time"]?.text.flatMap { Timestamp($0) } != nil)
            #expect(headers["cloudEvents_correlationid"] == "test" && delivery.properties.correlationID == "test")
            #expect(headers["traceparent"] == .text(MessagingBench.cause.traceparent ?? ""))
            #expect(bench.metrics.counter("outbox_published_total", help: "").value() == 2)
        }
    }

    @Test func aLowerNumberThatIsCommittedLateIsNotLost() async throws {
        try await MessagingBench.with { bench in
            try await bench.declareQueues()
            try await bench.running(bench.relay()) {
                let isFirstWritten = Box(false)
                let mayCommit = ShutdownSignal()
                let late = Task {
                    try await bench.pool.transaction { transaction in
                        try await transaction.execute(
                            """
                            INSERT INTO outbox (message_id, type, routing_key, aggregate_type, aggregate_id, payload,
                                                occurred_at)
                            VALUES ($1, 'ParcelSent', 'parcel.sent', 'parcel', $1,
                                    '{"parcelId": "0198a000-0000-7000-8000-000000000000", "number": 1}', now())
                            """, [.id(.v7())])
                        isFirstWritten.update { $0 = true }
                        await mayCommit.wait()
                    }
                }
                try await eventually("the first is written") { isFirstWritten.value }
                try await bench.publish(ParcelSent(.v7(), 2))
                #expect(try await bench.events(1).map(\.number) == [2])
                mayCommit.trigger()
                try await late.value
                #expect(try await bench.events(1).map(\.number) == [1])
            }
        }
    }

    @Test func twoRelaysPublishEverythingOnceAndKeepTheOrderOfEachAggregate() async throws {
        try await MessagingBench.with { bench in
            try await bench.declareQueues()
            let parcels = (0..<40).map { _ in EntityID.v7() }
            try await bench.running(bench.relay(name: "one"), bench.relay(name: "two")) {
                for number in 0..<25 {
                    try await bench.publish(parcels.map { ParcelSent($0, number) })
                }
                try await eventually("the outbox is empty") { try await bench.outboxCount() == 0 }
            }
            let events = try await bench.events(1_000)
            for parcel in parcels {
                #expect(events.filter { $0.parcelID == parcel }.map(\.number) == Array(0..<25))
            }
        }
    }

    @Test func theShardsOfADeadRelayGoToTheOther() async throws {
        try await MessagingBench.with { bench in
            try await bench.declareQueues()
            let doomed = PostgresPool(bench.database.settings(poolSize: 1))
            let first = bench.relay(name: "doomed", pool: doomed)
            let shutdown = ShutdownSignal()
            let running = Task { await first.run(until: shutdown) }
            try await eventually("the first relay works") { first.health.isHealthy }
            try await bench.running(bench.relay(name: "heir")) {
                // Both share the shards by now, or soon.
                try await Task.sleep(for: .milliseconds(700))
                running.cancel()
                await running.value
                try await bench.publish((0..<64).map { ParcelSent(.v7(), $0) })
                try await eventually("the heir publishes all", within: .seconds(15)) {
                    try await bench.outboxCount() == 0
                }
            }
            await doomed.close()
            #expect(Set(try await bench.events(64).map(\.number)) == Set(0..<64))
        }
    }

    @Test func whatNoQueueWantsStaysIsToldOnceAndBlocksNothingElse() async throws {
        try await MessagingBench.with { bench in
            try await bench.vhost.withConnection { connection in
                try await connection.declare(
                    SubscriptionTopology(queue: bench.parcels.queue, routingKey: "parcel.sent", retryDelays: [])
                        .topology)
            }
            let lost = EntityID.v7()
            let losses = (0..<600).map { _ in ParcelLost(.v7()) }
            try await bench.running(bench.relay()) {
                try await bench.publish([ParcelLost(lost), ParcelSent(lost, 1)] + losses + [ParcelSent(.v7(), 2)])
                #expect(try await bench.events(1).map(\.number) == [2])
                try await bench.publish(ParcelSent(lost, 3), ParcelSent(.v7(), 4))
                #expect(try await bench.events(1).map(\.number) == [4])
                try await eventually("only what is held back stays") { try await bench.outboxCount() == 603 }
                #expect(bench.log.lines.filter { $0.contains("reaches no queue") }.count == 1)
                let count = bench.metrics.counter("outbox_publish_failures_total", help: "")
                #expect(count.value(["reason": "unroutable", "routing_key": "parcel.lost"]) < 620)
                // The consumer starts at last.
                try await bench.declareQueues()
                try await eventually("the outbox is empty") { try await bench.outboxCount() == 0 }
                #expect(try await bench.vhost.take(601, from: bench.losses.queue).count == 601)
                #expect(try await bench.events(2).map(\.number) == [1, 3])
            }
        }
    }

    @Test func aConnectionClosedWithPublishesInFlightLosesNothing() async throws {
        try await MessagingBench.with { bench in
            try await bench.declareQueues()
            let published = Box(0)
            try await bench.running(bench.relay(name: "victim")) {
                try await eventually("the broker lists the connection", within: .seconds(40)) {
                    try await !bench.vhost.connections(named: "victim").isEmpty
                }
                var closed = 0
                while closed == 0, published.value < 60_000 {
                    let start = published.value
                    try await bench.publish((0..<200).map { ParcelSent(.v7(), start + $0) })
                    published.update { $0 += 200 }
                    closed = try await bench.vhost.closeConnections(named: "victim")
                }
                #expect(closed > 0)
                try await eventually("the outbox is empty") { try await bench.outboxCount() == 0 }
            }
            let count = try await bench.vhost.messageCount(of: bench.parcels.queue)
            #expect(Set(try await bench.events(count).map(\.number)) == Set(0..<published.value))
        }
    }

    @Test func aSignalWakesTheRelayAtOnceHereAndInOtherProcesses() async throws {
        try await MessagingBench.with { bench in
            try await bench.declareQueues()
            let own = OutboxWakeUp()
            let relay = OutboxRelay(
                from: bench.pool, to: bench.vhost.broker(), wakeUp: own,
                settings: RelaySettings(pollInterval: .seconds(30)), logger: bench.logger, metrics: bench.metrics)
            try await bench.running(relay) {
                // Often, because a signal is easily lost while the relay is busy with the one before.
                let wakeUps = [own, OutboxWakeUp(notifying: bench.pool)]
                for round in 0..<200 {
                    try await bench.publish(ParcelSent(), wakeUp: wakeUps[round / 100])
                    if round % 7 != 0 { continue }
                    try await eventually("the outbox is empty", within: .seconds(15)) {
                        try await bench.outboxCount() == 0
                    }
                }
            }
        }
    }

    @Test func theRelayComesBackAfterTheDatabaseHungUp() async throws {
        try await MessagingBench.with { bench in
            try await bench.declareQueues()
            try await bench.running(bench.relay()) {
                let kill =
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '\(bench.database.name)'"
                try await TestDatabase.administer(kill)
                try await eventually("the database answers again") {
                    (try? await bench.publish(ParcelSent(.v7(), 1))) != nil
                }
                #expect(try await bench.events(1).map(\.number) == [1])
                try await eventually("it says that it is back") {
                    bench.log.lines.contains { $0.contains("connected again") }
                }
            }
            #expect(bench.log.lines.filter { $0.contains("connection lost") }.count == 1)
        }
    }

    @Test func whatIsConfirmedAndNotDeletedIsPublishedAgainUnderItsID() async throws {
        try await MessagingBench.with { bench in
            try await bench.declareQueues()
            try await bench.pool.withConnection { connection in
                try await connection.script(
                    """
                    CREATE SEQUENCE tries;
                    CREATE FUNCTION fail_twice() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                        IF nextval('tries') <= 2 THEN RAISE EXCEPTION 'lost'; END IF;
                        RETURN NULL;
                    END $$;
                    CREATE TRIGGER fail_twice AFTER DELETE ON outbox EXECUTE FUNCTION fail_twice();
                    """)
            }
            try await bench.publish(ParcelSent(.v7(), 1))
            try await bench.running(bench.relay()) {
                try await eventually("the outbox is empty") { try await bench.outboxCount() == 0 }
            }
            let copies = try await bench.vhost.take(2, from: bench.parcels.queue)
            #expect(Set(copies.map(\.properties.messageID)).count == 1)
        }
    }

    @Test func aBrokerThatIsAwayCostsTheRowsNothing() async throws {
        try await MessagingBench.with { bench in
            try await bench.declareQueues()
            try await bench.vhost.withProxy { proxy, url in
                let relay = OutboxRelay(
                    from: bench.pool, to: BrokerSettings(url: url, replyTimeout: .seconds(1)), logger: bench.logger,
                    metrics: bench.metrics)
                try await bench.running(relay) {
                    proxy.stall(true)
                    try await bench.publish((0..<100).map { ParcelSent(.v7(), $0) })
                    try await eventually("the relay says that it is not well") { !relay.health.isHealthy }
                    #expect(try await bench.outboxCount() == 100)
                    proxy.stall(false)
                    try await eventually("the outbox is empty") { try await bench.outboxCount() == 0 }
                    try await eventually("the relay is well") { relay.health.isHealthy }
                }
            }
            let count = try await bench.vhost.messageCount(of: bench.parcels.queue)
            #expect(Set(try await bench.events(count).map(\.number)) == Set(0..<100))
        }
    }
}
