import AMQP
import DomainKit
import Messaging
import Postgres
import TestKit
import Testing

/// The outbox's rows travel with COMMIT, and the relay's deletions wait for no flush.
@Suite(.timeLimit(.minutes(2))) struct OutboxCommitTests {
    /// Lets the server refuse the rows of some events.
    private func refuse(_ condition: String, in bench: MessagingBench) async throws {
        try await bench.pool.withConnection { connection in
            try await connection.script(
                """
                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    IF \(condition) THEN RAISE check_violation; END IF;
                    RETURN NEW;
                END $$;
                CREATE TRIGGER refuse BEFORE INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION refuse()
                """)
        }
    }

    @Test func anEventThatTheOutboxRefusesUndoesTheWholeUnitOfWork() async throws {
        try await MessagingBench.with { bench in
            try await refuse("true", in: bench)
            let error = await #expect(throws: PostgresError.self) {
                try await bench.provider().perform { work in
                    try await work.sql.execute("INSERT INTO handled (number) VALUES (1)")
                    try await work.publish(ParcelSent(), cause: MessagingBench.cause)
                }
            }
            #expect(error?.sqlState == SQLState.checkViolation)
            #expect(error?.statement?.hasPrefix("INSERT INTO outbox") == true)
            #expect(try await bench.handled() == [])
            #expect(try await bench.outboxCount() == 0)
        }
    }

    @Test func aMessageWhoseEventTheOutboxRefusesFailsAloneAndIsTriedAgain() async throws {
        try await MessagingBench.with { bench in
            try await refuse("(NEW.payload::json->>'number')::int = 13", in: bench)
            let consumer = Consumer(
                bench.parcels, on: bench.vhost.broker(), inbox: bench.pool,
                settings: ConsumerSettings(retryDelays: [.milliseconds(50)]), logger: bench.logger,
                metrics: bench.metrics,
                handler: { received, work in
                    try await work.sql.enqueue(
                        "INSERT INTO handled (number) SELECT * FROM unnest($1::int[])",
                        [.ints(received.map(\.event.number))])
                    for message in received { try await work.publish(message.event, cause: message.cause) }
                })
            try await bench.running(consumer) {
                try await bench.send((0..<30).map { bench.message(ParcelSent(.v7(), $0)) })
                let dead = try #require(try await bench.vhost.take(1, from: bench.parcels.deadLetterQueue).first)
                #expect(dead.properties.headers["tradewind-attempt"] == 2)
                #expect(dead.properties.headers["tradewind-error"]?.text?.contains(SQLState.checkViolation) == true)
                try await eventually("the others are handled") { try await bench.handled().count == 29 }
            }
            #expect(try await bench.handled().sorted() == (0..<30).filter { $0 != 13 })
            #expect(try await bench.outboxCount() == 29)
        }
    }

    @Test func theRelaysDeletionsWaitForNoFlushAndAllElseDoes() async throws {
        try await MessagingBench.with { bench in
            try await bench.declareQueues()
            try await bench.pool.withConnection { connection in
                try await connection.script(
                    """
                    CREATE TABLE seen (operation text, synchronous_commit text);
                    CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                        INSERT INTO seen VALUES (TG_OP, current_setting('synchronous_commit'));
                        RETURN NULL;
                    END $$;
                    CREATE TRIGGER note AFTER INSERT OR DELETE ON outbox EXECUTE FUNCTION note();
                    CREATE TRIGGER note AFTER INSERT ON handled EXECUTE FUNCTION note()
                    """)
            }
            try await bench.running(bench.relay(), bench.consumer()) {
                try await bench.publish(ParcelSent(.v7(), 1))
                try await eventually("it is handled") { try await bench.handled() == [1] }
                try await eventually("its row is deleted") { try await bench.outboxCount() == 0 }
            }
            let seen = try await bench.pool.query("SELECT operation, synchronous_commit FROM seen") {
                "\(try $0.text(0)) \(try $0.text(1))"
            }
            #expect(Set(seen) == ["INSERT on", "DELETE off"])
            // The session that did it does not come back to the pool with that setting.
            let settings = try await bench.pool.first("SHOW synchronous_commit") { try $0.text(0) }
            #expect(settings == "on")
        }
    }
}
