import DomainKit
import Lifecycle
import Messaging
import Migrations
import Postgres
import TestKit
import Testing

@Suite(.timeLimit(.minutes(2))) struct RetentionTests {
    private let inbox = RetentionRule.inbox(kept: .days(16))

    @Test func whatIsTooOldToComeAgainIsForgottenAndNothingElse() async throws {
        try await MessagingBench.with { bench in
            try await bench.layOutInbox(daysAgo: [40, 20, 17, 16, 15, 1, 0])
            let (remembered, forgotten) = (EntityID.v7(daysAgo: 40), EntityID.v7(daysAgo: 20))
            // A dead letter of long ago that was redriven today.
            try await bench.remember([remembered], handled: .zero)
            try await bench.remember([forgotten, .v7(daysAgo: 17)], handled: .days(18))
            try await bench.remember([.v7(daysAgo: 16), .v7(daysAgo: 15), .v7(daysAgo: 0)], handled: .days(15))
            let retention = Retention(of: [inbox], in: bench.pool)
            #expect(try await retention.apply(inbox) == 3)
            #expect(try await retention.apply(inbox) == 0)
            #expect(try await bench.partitions(ofDaysAgo: 40, 20, 17) == 0)
            #expect(try await bench.partitions(ofDaysAgo: 16, 15, 1, 0, -1, -2, -3) == 7)
            #expect(try await bench.inboxCount() == 4)
            #expect(try await bench.claims(remembered) == false)
            #expect(try await bench.claims(forgotten))
            // It is as long ago as the others now.
            try await bench.pool.execute("UPDATE processed_messages SET processed_at = now() - interval '17 days'")
            #expect(try await retention.apply(inbox) == 2)
            #expect(try await bench.inboxCount() == 3)
        }
    }

    @Test func idsThatBelongToNoDayAreForgottenByAgeInSeveralRounds() async throws {
        try await MessagingBench.with { bench in
            try await bench.layOutInbox(daysAgo: [0])
            try await bench.pool.execute(
                """
                INSERT INTO processed_messages (consumer, message_id, processed_at)
                SELECT 'a', gen_random_uuid(), now() - n * interval '1 day' FROM generate_series(0, 16) AS n,
                    generate_series(1, 12000) AS m WHERE n IN (0, 15, 16)
                """)
            #expect(try await Retention(of: [inbox], in: bench.pool).apply(inbox) == 12_000)
            #expect(try await bench.inboxCount() == 24_000)
        }
    }

    /// A clock that was ahead: the ids are of a day for which there is no partition yet.
    @Test func aPartitionThatIsMadeAheadTakesOverWhatCameTooEarly() async throws {
        try await MessagingBench.with { bench in
            try await bench.layOutInbox(daysAgo: [0])
            let early = EntityID.v7(daysAgo: -2)
            try await bench.remember([early, .v7(daysAgo: -9)], handled: .zero)
            try await Retention(of: [inbox], in: bench.pool).apply(inbox)
            #expect(try await bench.partitions(ofDaysAgo: 0, -1, -2, -3) == 4)
            #expect(
                try await bench.pool.first("SELECT count(*) FROM processed_messages_default") { try $0.int(0) } == 1)
            #expect(try await bench.claims(early) == false)
        }
    }

    @Test func theConversionKeepsEveryRow() async throws {
        try await TestDatabase.with { database in
            let migrations = try TestDatabase.migrations(of: "OrderMigrator")
            try await MigrationRunner(database.settings(), migrations.filter { $0.version < 4 }).up()
            let days = [400, 30, 1, 0, -1, -2, -30]
            try await database.pool.execute(
                """
                INSERT INTO processed_messages (consumer, message_id)
                SELECT 'a', id FROM unnest($1::uuid[]) AS id UNION ALL
                SELECT 'a', gen_random_uuid() FROM generate_series(1, 1000)
                """, [.ids(days.map { .v7(daysAgo: $0) })])
            try await database.pool.execute("CREATE TABLE copy AS SELECT * FROM processed_messages")
            try await MigrationRunner(database.settings(), migrations).up()
            let missing = try await database.pool.first(
                "SELECT count(*) FROM (SELECT * FROM copy EXCEPT SELECT * FROM processed_messages) AS gone"
            ) { try $0.int(0) }
            #expect(missing == 0)
            let added = try await database.pool.execute(
                "INSERT INTO processed_messages SELECT * FROM copy ON CONFLICT DO NOTHING")
            #expect(added == 0)
        }
    }

    @Test func aWorkerNeedsNoRightsOverTheTables() async throws {
        try await MessagingBench.with { bench in
            try await bench.layOutInbox(daysAgo: [20, 0])
            try await bench.withRole { role, pool in
                let retention = Retention(of: [inbox], in: pool)
                let refused = await #expect(throws: PostgresError.self) { try await retention.apply(inbox) }
                #expect(refused?.sqlState == "42501")
                try await bench.pool.execute("GRANT SELECT, INSERT, DELETE ON ALL TABLES IN SCHEMA public TO \(role)")
                #expect(try await retention.apply(inbox) == 1)
                #expect(try await bench.partitions(ofDaysAgo: 0, -1, -2, -3) == 4)
            }
        }
    }

    @Test func oneWorkerAtATimeIsAtIt() async throws {
        try await MessagingBench.with { bench in
            try await bench.layOutInbox(daysAgo: [20, 19, 18])
            let workers = (0..<4).map { _ in Retention(of: [inbox], in: bench.pool) }
            let dropped = try await withThrowingTaskGroup(of: Int.self) { group in
                for worker in workers { group.addTask { try await worker.apply(inbox) } }
                return try await group.reduce(0, +)
            }
            #expect(dropped + (try await workers[0].apply(inbox)) == 3)
        }
    }

    /// A transaction that lasts holds what a drop needs. Those that come behind the drop must not wait for either.
    @Test func aDropThatHasToWaitGivesWayToConsumersAndIsTriedAgain() async throws {
        try await MessagingBench.with { bench in
            try await bench.layOutInbox(daysAgo: [20, 0])
            let retention = Retention(
                of: [inbox], in: bench.pool, interval: .seconds(600), retryAfter: .milliseconds(100),
                logger: bench.logger)
            let mayCommit = ShutdownSignal()
            let hasClaimed = Box(false)
            let lasting = Task {
                try await bench.pool.transaction { transaction in
                    try await transaction.execute(
                        "INSERT INTO processed_messages (consumer, message_id) VALUES ('a', $1)", [.id(.v7())])
                    hasClaimed.update { $0 = true }
                    await mayCommit.wait()
                }
            }
            try await eventually("a claim is not committed") { hasClaimed.value }
            try await bench.running(retention) {
                try await eventually("the drop has given way") {
                    bench.log.lines.contains { $0.contains("could not be deleted yet") && $0.contains("55P03") }
                }
                #expect(try await bench.claims(.v7()))
                #expect(try await bench.partitions(ofDaysAgo: 20) == 1)
                mayCommit.trigger()
                try await lasting.value
                try await eventually("the partition is dropped") { try await bench.partitions(ofDaysAgo: 20) == 0 }
            }
            #expect(bench.log.lines.filter { $0.contains("could not be deleted yet") }.count == 1)
        }
    }
}

extension Duration {
    fileprivate static func days(_ days: Int) -> Duration { .seconds(days * 86_400) }
}

extension EntityID {
    /// One made so many days ago; ahead where the number is negative.
    fileprivate static func v7(daysAgo days: Int) -> EntityID { .v7(at: SystemClock().now - .days(days)) }
}

extension MessagingBench {
    /// Lends a role that owns nothing and may do nothing, and a pool of its sessions.
    fileprivate func withRole(_ body: (_ role: String, _ pool: PostgresPool) async throws -> Void) async throws {
        let role = "test_\(EntityID.v7().description.suffix(12))"
        try await TestDatabase.administer("CREATE ROLE \(role) LOGIN PASSWORD 'secret'")
        let address = database.url.split(separator: "@").last ?? ""
        let pool = PostgresPool(PostgresSettings(url: "postgresql://\(role):secret@\(address)", poolSize: 1))
        let result: Result<Void, any Error>
        do { result = .success(try await body(role, pool)) } catch { result = .failure(error) }
        await pool.close()
        try await self.pool.execute("DROP OWNED BY \(role)")
        try await TestDatabase.administer("DROP ROLE \(role)")
        try result.get()
    }

    /// Puts partitions of these days in the place of the one that the migration has made of what was there.
    fileprivate func layOutInbox(daysAgo days: [Int]) async throws {
        try await pool.withConnection { connection in
            try await connection.script(
                """
                DO $$
                DECLARE partition text;
                BEGIN
                    FOR partition IN SELECT name FROM inbox_partitions() LOOP
                        EXECUTE format('DROP TABLE %I', partition);
                    END LOOP;
                END $$
                """)
            for ago in days {
                try await connection.script(
                    """
                    DO $$
                    DECLARE day timestamptz := date_trunc('day', now(), 'UTC') - \(ago) * interval '1 day';
                    BEGIN
                        EXECUTE format(
                            'CREATE TABLE %I PARTITION OF processed_messages FOR VALUES FROM (%L) TO (%L)',
                            'processed_messages_' || to_char(day AT TIME ZONE 'UTC', 'YYYYMMDD'),
                            first_id_at(day), first_id_at(day + interval '1 day'));
                    END $$
                    """)
            }
        }
    }

    fileprivate func remember(_ ids: [EntityID], handled ago: Duration) async throws {
        try await pool.execute(
            "INSERT INTO processed_messages SELECT 'a', id, $2 FROM unnest($1::uuid[]) AS id",
            [.ids(ids), .timestamp(SystemClock().now - ago)])
    }

    /// How many of these days have a partition.
    fileprivate func partitions(ofDaysAgo days: Int...) async throws -> Int {
        try await pool.first(
            """
            SELECT count(*) FROM inbox_partitions() AS partition, unnest($1::int[]) AS ago
            WHERE lower = first_id_at(date_trunc('day', now(), 'UTC') - ago * interval '1 day')
            """, [.ints(days)]
        ) { try $0.integer(0) } ?? 0
    }

    fileprivate func inboxCount() async throws -> Int {
        try await pool.first("SELECT count(*) FROM processed_messages") { try $0.integer(0) } ?? -1
    }

    /// Whether a delivery of the message would be taken for the first.
    fileprivate func claims(_ id: EntityID) async throws -> Bool {
        try await pool.execute(
            "INSERT INTO processed_messages (consumer, message_id) VALUES ('a', $1) ON CONFLICT DO NOTHING", [.id(id)])
            == 1
    }
}
