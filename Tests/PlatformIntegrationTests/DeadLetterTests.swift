import AMQP
import DomainKit
import Messaging
import Postgres
import TestKit
import Testing

@Suite(.timeLimit(.minutes(2))) struct DeadLetterTests {
    @Test func aPoisonousMessageIsStoredWithItsHistoryAndHandledOnceWhenItIsRedriven() async throws {
        try await MessagingBench.with { bench in
            let mustFail = Box(true)
            var message = bench.message(ParcelSent(.v7(), 1))
            message.headers["cloudEvents_subject"] = .text(EntityID.v7().description)
            message.headers["cloudEvents_source"] = "/tradewind/parcel"
            message.headers["cloudEvents_correlationid"] = "one"
            try await bench.runningAll(mustFail) { [message] in
                try await bench.send([message])
                let letter = try #require(try await bench.letters(1).first)
                #expect(letter.messageID.description == message.messageID && letter.consumer == bench.parcels.queue)
                #expect(letter.type == "ParcelSent" && letter.attempts == 2 && letter.redrives == 0)
                #expect(letter.reason.contains("HandlerFailed") && letter.firstFailedAt < letter.lastFailedAt)
                #expect(letter.aggregateID?.description == message.headers["cloudEvents_subject"]?.text)

                try await bench.store().redrive(letter.seq, by: "me")
                try await eventually("it died again") { try await bench.history(letter).count == 3 }
                let again = try #require(try await bench.letters(1).first)
                #expect(again.seq == letter.seq && again.attempts == 4 && again.redrives == 1)
                #expect(again.firstFailedAt == letter.firstFailedAt && again.lastFailedAt > letter.lastFailedAt)

                mustFail.update { $0 = false }
                try await bench.store().redrive(letter.seq, by: "me")
                _ = try await bench.letters(1, .handled)
                #expect(try await bench.history(letter) == ["Died", "Redriven", "Died", "Redriven", "Handled"])
                await #expect(throws: DeadLetterRefusal.self) { try await bench.store().redrive(letter.seq, by: nil) }
            }
            #expect(try await bench.handled() == [1])
        }
    }

    @Test func aRedrivenMessageKeepsItsIdentityAndStartsCountingAnew() async throws {
        try await MessagingBench.with { bench in
            let time = Timestamp(microseconds: 1_700_000_000_000_001)
            var message = bench.message(ParcelSent(.v7(), 7))
            message.headers = [
                "cloudEvents_subject": .text(EntityID.v7().description), "cloudEvents_source": "/tradewind/parcel",
                "cloudEvents_time": .text(time.description), "cloudEvents_correlationid": "c", "number": 5,
                "traceparent": "t",
            ]
            try await bench.declareQueues()
            try await bench.running(bench.collector(), bench.relay()) { [message] in
                try await bench.kill([message])
                let letter = try #require(try await bench.letters(1).first)
                try await bench.store().redrive(letter.seq, by: nil)
                let sent = try #require(try await bench.vhost.take(1, from: bench.parcels.queue).first)
                #expect(sent.properties.messageID == message.messageID && sent.body == message.body)
                #expect(sent.properties.type == "ParcelSent" && sent.properties.correlationID == "c")
                var headers = sent.properties.headers
                #expect(headers.removeValue(forKey: "tradewind-redrive") == 1)
                for (name, value) in message.headers { #expect(headers[name] == value) }
                #expect(!headers.keys.contains { $0.hasPrefix("tradewind-") })
            }
        }
    }

    @Test func aCollectorThatDiesBetweenCommitAndAcknowledgementWritesOneDeathDown() async throws {
        try await MessagingBench.with { bench in
            // The commit takes its time, and meanwhile the connection that would carry the acknowledgement is gone.
            try await bench.pool.withConnection { connection in
                try await connection.script(
                    """
                    CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS
                        $$ BEGIN PERFORM pg_sleep(0.5); RETURN NEW; END $$;
                    CREATE TRIGGER dawdle BEFORE INSERT ON dead_letters FOR EACH ROW EXECUTE FUNCTION dawdle();
                    """)
            }
            try await bench.vhost.withProxy { proxy, url in
                try await bench.running(bench.collector(on: BrokerSettings(url: url))) {
                    try await bench.kill([bench.message(ParcelSent())])
                    try await eventually("it is being stored") {
                        let isBusy = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
                        return try await bench.pool.first(isBusy + " AND datname = current_database()") {
                            try $0.integer(0)
                        } == 1
                    }
                    proxy.hangUp()
                    let letter = try #require(try await bench.letters(1).first)
                    try await eventually("the connection was lost") {
                        bench.log.lines.contains { $0.contains("connection lost") }
                    }
                    try await eventually("it is acknowledged in the end", within: .seconds(30)) {
                        let queues = "/queues/\(bench.vhost.name)/\(bench.parcels.deadLetterQueue)"
                        return try await bench.vhost.management.call("GET", queues)["messages"]?.integerValue == 0
                    }
                    #expect(try await bench.history(letter) == ["Died"])
                    #expect(try await bench.letters(1).first?.attempts == 4)
                }
            }
        }
    }

    @Test func aRepeatedDeliveryOfAnEarlierDeathDoesNotUndoARedrive() async throws {
        try await MessagingBench.with { bench in
            let message = bench.message(ParcelSent())
            try await bench.declareQueues()
            try await bench.running(bench.collector()) {
                try await bench.kill([message, message])
                let letter = try #require(try await bench.letters(1).first)
                try await bench.store().redrive(letter.seq, by: nil)
                try await bench.kill([message, bench.message(ParcelSent())])
                _ = try await bench.letters(1, .waiting)
                #expect(try await bench.store().list(status: .redriven, limit: 10).map(\.seq) == [letter.seq])
                #expect(try await bench.history(letter) == ["Died", "Redriven"])
            }
        }
    }

    @Test func whatCannotBeReadKeepsItsBytesAndIsNotSentAgain() async throws {
        try await MessagingBench.with { bench in
            var noText = bench.message(ParcelSent())
            noText.body = [0xFF, 0x00, 0xC3, 0x28]
            var noID = bench.message(ParcelSent())
            noID.messageID = "fir\0st"
            noID.type = "a\0b"
            noID.headers["odd"] = "\0"
            noID.headers["cloudEvents_time"] = "0001-01-01T00:00:00Z"
            noID.headers["tradewind-first-failed-at"] = "9999-12-31T23:59:59Z"
            noID.headers["tradewind-redrive"] = -5
            try await bench.running(bench.consumer(), bench.collector()) { [noText, noID] in
                try await bench.send([noText])
                try await bench.kill([noID, noID])
                let letters = try await bench.letters(2)
                let details = try await letters.asyncMap { try #require(try await bench.store().details($0.seq)) }
                let bodies = Set(details.map(\.body))
                #expect(bodies == [noText.body, noID.body])
                #expect(letters.contains { $0.sentMessageID == "fir\u{FFFD}st" && $0.type == "a\u{FFFD}b" })
                for letter in letters {
                    await #expect(throws: DeadLetterRefusal.self) {
                        try await bench.store().redrive(letter.seq, by: nil)
                    }
                }
                #expect(try await bench.outboxCount() == 0)
            }
        }
    }

    @Test func whatIsDiscardedStaysAndIsNotSentAgain() async throws {
        try await MessagingBench.with { bench in
            try await bench.running(bench.collector()) {
                try await bench.kill([bench.message(ParcelSent())])
                let letter = try #require(try await bench.letters(1).first)
                for _ in 0..<2 { try await bench.store().discard(letter.seq, by: "me") }
                #expect(try await bench.letters(1, .discarded).count == 1)
                #expect(try await bench.history(letter) == ["Died", "Discarded"])
                await #expect(throws: DeadLetterRefusal.self) { try await bench.store().redrive(letter.seq, by: nil) }
            }
        }
    }

    @Test func oldDeadLettersAreDeletedAndNothingElse() async throws {
        try await MessagingBench.with { bench in
            try await bench.running(bench.collector()) {
                try await bench.kill((0..<3).map { bench.message(ParcelSent(.v7(), $0)) })
                let letters = try await bench.letters(3)
                let old = letters[0].seq
                _ = try await bench.store().redrive(DeadLetterFilter(), limit: 2, by: "me")
                try await bench.store().redrive(letters[2].seq, by: nil)
                for (table, column) in [
                    ("dead_letters", "died_at"), ("dead_letter_actions", "at"),
                    ("dead_letter_redrives", "requested_at"),
                ] {
                    try await bench.pool.execute("UPDATE \(table) SET \(column) = \(column) - interval '16 days'")
                }
                try await bench.pool.execute(
                    "UPDATE dead_letters SET died_at = now() - interval '14 days' WHERE seq = $1",
                    [.int(letters[2].seq)])
                let rule = RetentionRule.deadLetters(kept: .seconds(15 * 86_400))
                let retention = Retention(of: [rule], in: bench.pool)
                // Two are queued in a redrive that goes on, and one is young enough.
                #expect(try await retention.apply(rule) == 0)
                try await bench.pool.execute("UPDATE dead_letters SET status = 'Waiting' WHERE seq = $1", [.int(old)])
                #expect(try await retention.apply(rule) == 3)
                #expect(try await bench.store().list(limit: 10).map(\.seq) == [letters[2].seq, letters[1].seq])
            }
        }
    }
}

extension Sequence {
    func asyncMap<Value>(_ change: (Element) async throws -> Value) async rethrows -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await change(element)) }
        return values
    }
}
