import AMQP
import DomainKit
import JSON
import Lifecycle
import Messaging
import Postgres
import TestKit
import Testing

@Suite(.timeLimit(.minutes(2))) struct ConsumerTests {
    @Test func eventsAreHandledInOrderAndWhatTheyLeadToIsPublished() async throws {
        try await MessagingBench.with { bench in
            let wakeUp = OutboxWakeUp()
            let consumer = Consumer(
                bench.parcels, on: bench.vhost.broker(), inbox: bench.pool, wakeUp: wakeUp, logger: bench.logger,
                metrics: bench.metrics
            ) { received, work in
                for one in received { try await work.publish(ParcelLost(one.event.parcelID), cause: one.cause) }
            }
            try await bench.declareQueues()
            try await bench.running(consumer, bench.relay(wakeUp: wakeUp)) {
                let parcels = (0..<300).map { _ in EntityID.v7() }
                try await bench.publish(parcels.map { ParcelSent($0) }, wakeUp: wakeUp)
                let results = try await bench.vhost.take(300, from: bench.losses.queue)
                let subjects = results.compactMap { $0.properties.headers["cloudEvents_subject"]?.text }
                #expect(Set(subjects) == Set(parcels.map(\.description)))
                #expect(results.allSatisfy { $0.properties.correlationID == "test" })
                #expect(results.allSatisfy { $0.properties.headers["cloudEvents_causationid"] != nil })
            }
        }
    }

    @Test func aDuplicateDeliveryIsHandledOnceAlsoWithinOneBatch() async throws {
        try await MessagingBench.with { bench in
            try await bench.running(bench.consumer()) {
                let first = bench.message(ParcelSent(.v7(), 1))
                let second = bench.message(ParcelSent(.v7(), 2))
                try await bench.send([first, first, second, first])
                try await eventually("both are handled") { try await bench.handled().count == 2 }
                try await bench.send([second, first, bench.message(ParcelSent(.v7(), 3))])
                try await eventually("the third is handled") { try await bench.handled().contains(3) }
                #expect(try await bench.handled() == [1, 2, 3])
                try await eventually("all are acknowledged") {
                    try await bench.vhost.messageCount(of: bench.parcels.queue) == 0
                }
            }
            #expect(try await bench.vhost.messageCount(of: bench.parcels.queue) == 0)
        }
    }

    @Test func twoConsumersOfOneQueueHandleEachMessageOnce() async throws {
        try await MessagingBench.with { bench in
            try await bench.running(bench.consumer(), bench.consumer()) {
                let messages = (0..<500).map { bench.message(ParcelSent(.v7(), $0)) }
                try await bench.send(messages + messages.reversed() + messages)
                try await eventually("all are handled") { try await bench.handled().count >= 500 }
            }
            #expect(try await bench.handled().sorted() == Array(0..<500))
        }
    }

    @Test func aPoisonousMessageHarmsNoOtherAndEndsInTheDeadLettersWithItsHistory() async throws {
        try await MessagingBench.with { bench in
            let attempts = Box(0)
            let consumer = bench.consumer(before: { received in
                guard received.contains(where: { $0.event.number == 13 }) else { return }
                if received.count == 1 { attempts.update { $0 += 1 } }
                throw HandlerFailed()
            })
            let poison = bench.message(ParcelSent(.v7(), 13))
            try await bench.running(consumer) {
                try await bench.send((0..<13).map { bench.message(ParcelSent(.v7(), $0)) } + [poison])
                try await bench.send((14..<50).map { bench.message(ParcelSent(.v7(), $0)) })
                try await eventually("the others are handled") { try await bench.handled().count == 49 }
                let dead = try #require(try await bench.vhost.take(1, from: bench.parcels.deadLetterQueue).first)
                let headers = dead.properties.headers
                #expect(dead.properties.messageID == poison.messageID && dead.body == poison.body)
                #expect(dead.properties.type == "ParcelSent")
                #expect(headers["tradewind-attempt"] == 3)
                #expect(headers["tradewind-error"]?.text?.contains("HandlerFailed") == true)
                #expect(headers["tradewind-consumer"] == .text(bench.parcels.queue))
                let first = headers["tradewind-first-failed-at"]?.text.flatMap { Timestamp($0) }
                let last = headers["tradewind-last-failed-at"]?.text.flatMap { Timestamp($0) }
                #expect(first != nil && last != nil && first! + .milliseconds(100) < last!)
                #expect(attempts.value == 3)
            }
            #expect(try await bench.handled().sorted() == (0..<50).filter { $0 != 13 })
        }
    }

    @Test func aMessageThatFailsOnceIsHandledAtItsRetry() async throws {
        try await MessagingBench.with { bench in
            let hasFailed = Box(false)
            let consumer = bench.consumer(before: { _ in
                guard !hasFailed.value else { return }
                hasFailed.update { $0 = true }
                throw HandlerFailed()
            })
            try await bench.running(consumer) {
                try await bench.send([bench.message(ParcelSent(.v7(), 1))])
                try await eventually("it is handled") { try await bench.handled() == [1] }
            }
            #expect(try await bench.vhost.messageCount(of: bench.parcels.deadLetterQueue) == 0)
        }
    }

    @Test func givingUpIsToldOnceAndARedrivenMessageIsHandled() async throws {
        try await MessagingBench.with { bench in
            let mustFail = Box(true)
            let consumer = bench.consumer(
                retryDelays: [.milliseconds(20)],
                whenGivenUp: { received, reason, work in
                    #expect(reason.contains("HandlerFailed"))
                    for one in received { try await work.publish(ParcelLost(one.event.parcelID), cause: one.cause) }
                },
                before: { _ in if mustFail.value { throw HandlerFailed() } })
            let message = bench.message(ParcelSent(.v7(), 1))
            try await bench.running(consumer) {
                for _ in 0..<2 {
                    try await bench.send([message])
                    _ = try await bench.vhost.take(1, from: bench.parcels.deadLetterQueue)
                    #expect(try await bench.outboxCount() == 1)
                }
                mustFail.update { $0 = false }
                try await bench.send([message])
                try await eventually("it is handled") { try await bench.handled() == [1] }
            }
        }
    }

    @Test func whatCannotBeReadGoesToTheDeadLettersAtOnce() async throws {
        try await MessagingBench.with { bench in
            var notJSON = bench.message(ParcelSent())
            notJSON.body = Array("{".utf8)
            var notTheEvent = bench.message(ParcelSent())
            notTheEvent.body = Array(#"{"parcelId": "x", "number": 1}"#.utf8)
            var otherType = bench.message(ParcelSent())
            otherType.type = "ParcelWeighed"
            var newVersion = bench.message(ParcelSent())
            newVersion.headers["cloudEvents_schemaversion"] = "2"
            var noID = bench.message(ParcelSent())
            noID.messageID = "first"
            let faulty = [notJSON, notTheEvent, otherType, newVersion, noID]
            try await bench.running(bench.consumer(retryDelays: [.seconds(60)])) {
                try await bench.send(faulty + [bench.message(ParcelSent(.v7(), 5))])
                let dead = try await bench.vhost.take(faulty.count, from: bench.parcels.deadLetterQueue)
                #expect(dead.map(\.body) == faulty.map(\.body))
                let reasons = dead.map { $0.properties.headers["tradewind-error"]?.text ?? "" }
                #expect(reasons[0].contains("body cannot be read") && reasons[1].contains("/parcelId"))
                #expect(reasons[2].contains("type is ParcelWeighed") && reasons[3].contains("version is 2"))
                #expect(reasons[4].contains("not a UUID"))
                try await eventually("the good one is handled") { try await bench.handled() == [5] }
            }
        }
    }

    @Test func aDatabaseThatIsAwayCostsNoAttempt() async throws {
        try await MessagingBench.with { bench in
            try await bench.running(bench.consumer(retryDelays: [])) {
                let allow = "ALTER DATABASE \(bench.database.name) ALLOW_CONNECTIONS"
                try await TestDatabase.administer("\(allow) false")
                try await TestDatabase.administer(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(bench.database.name)'")
                try await bench.send((0..<20).map { bench.message(ParcelSent(.v7(), $0)) })
                try await eventually("the consumer pauses") {
                    bench.log.lines.contains { $0.contains("consumer pauses") }
                }
                try await Task.sleep(for: .milliseconds(500))
                try await TestDatabase.administer("\(allow) true")
                try await eventually("all are handled") { (try? await bench.handled().count) == 20 }
            }
            #expect(try await bench.handled() == Array(0..<20))
            #expect(try await bench.vhost.messageCount(of: bench.parcels.deadLetterQueue) == 0)
            #expect(bench.log.lines.filter { $0.contains("consumer pauses") }.count == 1)
            #expect(bench.log.lines.filter { $0.contains("consumer goes on") }.count == 1)
        }
    }

    @Test func aDeadlockIsRunAgainAndCostsNoAttempt() async throws {
        try await MessagingBench.with { bench in
            let runs = Box(0)
            let consumer = Consumer(
                bench.parcels, on: bench.vhost.broker(), inbox: bench.pool,
                settings: ConsumerSettings(retryDelays: []), logger: bench.logger, metrics: bench.metrics
            ) { _, work in
                runs.update { $0 += 1 }
                if runs.value < 3 {
                    try await work.sql.execute("DO $$ BEGIN RAISE EXCEPTION 'deadlock' USING ERRCODE = '40P01'; END $$")
                }
            }
            try await bench.running(consumer) {
                try await bench.send([bench.message(ParcelSent())])
                try await eventually("the third run succeeds") { runs.value == 3 }
            }
            #expect(try await bench.vhost.messageCount(of: bench.parcels.deadLetterQueue) == 0)
            #expect(try await bench.vhost.messageCount(of: bench.parcels.queue) == 0)
        }
    }

    @Test func aStopFinishesTheBatchAndGivesBackTheRest() async throws {
        try await MessagingBench.with { bench in
            let isInside = Box(false)
            let consumer = bench.consumer(before: { _ in
                isInside.update { $0 = true }
                try await Task.sleep(for: .milliseconds(500))
            })
            let shutdown = ShutdownSignal()
            let running = Task { await consumer.run(until: shutdown) }
            try await eventually("it is connected") { consumer.health.isHealthy }
            try await bench.send((0..<150).map { bench.message(ParcelSent(.v7(), $0)) })
            try await eventually("a batch is being handled") { isInside.value }
            let start = ContinuousClock.now
            shutdown.trigger()
            await running.value
            #expect(ContinuousClock.now - start < .seconds(15))
            let handled = try await bench.handled().count
            #expect(handled > 0 && handled < 150)
            try await eventually("the rest is in the queue") {
                try await bench.vhost.messageCount(of: bench.parcels.queue) == 150 - handled
            }
        }
    }

    @Test func aStopWhileTheDatabaseIsAwayDoesNotHang() async throws {
        try await MessagingBench.with { bench in
            let nowhere = PostgresPool(PostgresSettings(url: "postgresql://nobody@127.0.0.1:1/none"))
            let consumer = bench.consumer(pool: nowhere)
            let shutdown = ShutdownSignal()
            let running = Task { await consumer.run(until: shutdown) }
            try await eventually("it is connected") { consumer.health.isHealthy }
            try await bench.send([bench.message(ParcelSent())])
            try await eventually("it pauses") { bench.log.lines.contains { $0.contains("consumer pauses") } }
            shutdown.trigger()
            await running.value
            try await eventually("the message is in the queue") {
                try await bench.vhost.messageCount(of: bench.parcels.queue) == 1
            }
        }
    }

    @Test func aLostConnectionIsOpenedAgainAndNothingIsHandledTwice() async throws {
        try await MessagingBench.with { bench in
            try await bench.running(bench.consumer()) {
                try await bench.send((0..<100).map { bench.message(ParcelSent(.v7(), $0)) })
                try await eventually("the management API knows it", within: .seconds(30)) {
                    try await bench.vhost.closeConnections(named: bench.parcels.queue) > 0
                }
                try await bench.send((100..<200).map { bench.message(ParcelSent(.v7(), $0)) })
                try await eventually("all are handled") { try await bench.handled().count == 200 }
            }
            #expect(try await bench.handled().sorted() == Array(0..<200))
            #expect(bench.log.lines.filter { $0.contains("connection lost") }.count == 1)
        }
    }

    @Test func deadLettersThatCannotBeWrittenKeepTheMessage() async throws {
        try await MessagingBench.with { bench in
            let consumer = bench.consumer(retryDelays: [], before: { _ in throw HandlerFailed() })
            try await bench.running(consumer) {
                try await bench.vhost.management.call(
                    "DELETE", "/queues/\(bench.vhost.name)/\(bench.parcels.deadLetterQueue)")
                let message = bench.message(ParcelSent())
                try await bench.send([message])
                // The consumer declares the queue again rather than lose the message.
                try await eventually("the dead letters are there again") {
                    (try? await bench.vhost.messageCount(of: bench.parcels.deadLetterQueue)) == 1
                }
            }
        }
    }

    @Test func anAcknowledgementLostAfterTheCommitRepeatsNothing() async throws {
        try await MessagingBench.with { bench in
            try await bench.vhost.withProxy { proxy, url in
                let isFirst = Box(true)
                let consumer = Consumer(
                    bench.parcels, on: BrokerSettings(url: url), inbox: bench.pool, logger: bench.logger,
                    metrics: bench.metrics
                ) { received, work in
                    try await work.sql.execute(
                        "INSERT INTO handled (number) SELECT * FROM unnest($1::int[])",
                        [.ints(received.map(\.event.number))])
                    if isFirst.value { proxy.hangUp() }
                    isFirst.update { $0 = false }
                }
                try await bench.running(consumer) {
                    try await bench.send((0..<10).map { bench.message(ParcelSent(.v7(), $0)) })
                    let count = bench.metrics.counter("consumer_messages_total", help: "")
                    try await eventually("the repeated ones are known") {
                        count.value(["queue": bench.parcels.queue, "outcome": "duplicate"]) > 0
                    }
                    try await eventually("all are handled") { try await bench.handled().count == 10 }
                    // What came again may come in several batches. It is all done with when the one behind it is.
                    try await bench.send([bench.message(ParcelSent(.v7(), 10))])
                    try await eventually("the last is handled") { try await bench.handled().count == 11 }
                }
                #expect(try await bench.handled().sorted() == Array(0...10))
                // A quorum queue counts acknowledgements when a majority has them.
                try await eventually("the queue is empty") {
                    try await bench.vhost.messageCount(of: bench.parcels.queue) == 0
                }
            }
        }
    }
}
