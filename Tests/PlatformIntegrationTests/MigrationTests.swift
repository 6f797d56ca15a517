import Migrations
import Postgres
import TestKit
import Testing

@Suite struct MigrationTests {
    private let create = ("V0001__create.sql", "CREATE TABLE shelf (id int); INSERT INTO shelf VALUES (1);")
    private let fill = ("V0002__fill.sql", "-- fills it\nINSERT INTO shelf VALUES (2);")

    private func runner(
        _ database: TestDatabase, _ files: [(String, String)], lockWait: Duration = .seconds(30),
        report: Report = Report()
    ) throws -> MigrationRunner {
        let migrations = try files.map { try Migration(fileName: $0.0, bytes: Array($0.1.utf8)) }
        return MigrationRunner(database.settings(), migrations, lockWait: lockWait) { line in report.add(line) }
    }

    private func rows(_ database: TestDatabase) async throws -> Int64? {
        try await database.pool.first("SELECT count(*) FROM shelf") { row in try row.int(0) }
    }

    @Test func whatIsMissingIsAppliedInOrderAndOnce() async throws {
        try await TestDatabase.with { database in
            let first = try await runner(database, [create]).up()
            let second = try await runner(database, [fill, create]).up()
            let third = try await runner(database, [create, fill]).up()
            #expect(first == ["V0001__create.sql"])
            #expect(second == ["V0002__fill.sql"])
            #expect(third == [])
            let count = try await rows(database)
            #expect(count == 2)
            let history = try await database.pool.query(
                "SELECT version, description, length(checksum), finished FROM schema_history ORDER BY version"
            ) { row in try "\(row.int(0)) \(row.text(1)) \(row.int(2)) \(row.bool(3))" }
            #expect(history == ["1 create 64 true", "2 fill 64 true"])
        }
    }

    @Test func aDryRunChangesNothing() async throws {
        try await TestDatabase.with { database in
            let report = Report()
            let pending = try await runner(database, [create, fill], report: report).up(isDryRun: true)
            #expect(pending == ["V0001__create.sql", "V0002__fill.sql"])
            #expect(report.lines == ["would apply V0001__create.sql", "would apply V0002__fill.sql"])
            let tables = try await database.pool.first("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") {
                row in try row.int(0)
            }
            #expect(tables == 0)
        }
    }

    @Test func aFileThatFailsLeavesNothingBehindAndIsNamed() async throws {
        try await TestDatabase.with { database in
            let broken = ("V0002__broken.sql", "INSERT INTO shelf VALUES (9); SELECT 1 / 0;")
            let error = await #expect(throws: MigrationError.self) {
                try await runner(database, [create, broken]).up()
            }
            #expect(error.map { "\($0)" } == "V0002__broken.sql failed: division by zero (22012)")
            let count = try await rows(database)
            #expect(count == 1)
            let applied = try await runner(database, [create, fill]).up()
            #expect(applied == ["V0002__fill.sql"])
        }
    }

    @Test func aFileThatCommitsByItselfIsRefused() async throws {
        try await TestDatabase.with { database in
            let commits = ("V0002__commits.sql", "INSERT INTO shelf VALUES (2); COMMIT;")
            let error = await #expect(throws: MigrationError.self) {
                try await runner(database, [create, commits]).up()
            }
            #expect(error.map { "\($0)" }?.contains("ends its own transaction") == true)
        }
    }

    @Test func aChangedAMissingAndALateFileAreNamed() async throws {
        try await TestDatabase.with { database in
            try await runner(database, [create, fill]).up()
            let changed = (create.0, create.1 + " ")
            let first = await #expect(throws: MigrationError.self) { try await runner(database, [changed, fill]).up() }
            #expect(first.map { "\($0)" }?.hasPrefix("V0001__create.sql was changed") == true)
            let second = await #expect(throws: MigrationError.self) { try await runner(database, [create]).validate() }
            #expect(second.map { "\($0)" }?.hasPrefix("V0002__fill.sql has been applied and is missing") == true)

            try await runner(database, [create, fill, ("V0004__more.sql", "SELECT 1;")]).up()
            let late = [create, fill, ("V0003__late.sql", "SELECT 1;"), ("V0004__more.sql", "SELECT 1;")]
            let third = await #expect(throws: MigrationError.self) { try await runner(database, late).up() }
            #expect(third.map { "\($0)" }?.hasPrefix("V0003__late.sql is new and comes before V0004__more.sql") == true)
        }
    }

    @Test func anIndexIsCreatedConcurrentlyWhileAnotherMigratorWaits() async throws {
        try await TestDatabase.with { database in
            let index = (
                "V0002__index.sql",
                "-- tradewind:no-transaction\nCREATE INDEX CONCURRENTLY shelf_id ON shelf (id);"
            )
            let (files, database) = ([create, index], database)
            let applied = try await withThrowingTaskGroup(of: [String].self) { group in
                for _ in 0..<3 { group.addTask { try await runner(database, files).up() } }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(applied == ["V0001__create.sql", "V0002__index.sql"])
            let isValid = try await database.pool.first(
                "SELECT indisvalid FROM pg_index WHERE indexrelid = 'shelf_id'::regclass"
            ) { row in try row.bool(0) }
            #expect(isValid == true)
        }
    }

    @Test func aFailureOutsideATransactionIsSeenByTheNextRun() async throws {
        try await TestDatabase.with { database in
            let unique = (
                "V0002__unique.sql",
                "-- tradewind:no-transaction\nCREATE UNIQUE INDEX CONCURRENTLY shelf_id ON shelf (id);"
            )
            try await runner(database, [create]).up()
            try await database.pool.execute("INSERT INTO shelf VALUES (1)")
            let first = await #expect(throws: MigrationError.self) {
                try await runner(database, [create, unique]).up()
            }
            #expect(first.map { "\($0)" }?.hasPrefix("V0002__unique.sql failed") == true)
            let second = await #expect(throws: MigrationError.self) {
                try await runner(database, [create, unique]).up()
            }
            #expect(second.map { "\($0)" }?.contains("begun but not finished") == true)
            let version = try await SchemaCheck.currentVersion(in: database.pool)
            #expect(version == 1)
        }
    }

    @Test func twoMigratorsAtOnceApplyEachFileOnce() async throws {
        try await TestDatabase.with { database in
            let slow = ("V0002__slow.sql", "INSERT INTO shelf VALUES (2); SELECT pg_sleep(0.5);")
            let report = Report()
            async let one = runner(database, [create, slow], report: report).up()
            async let other = runner(database, [create, slow], report: report).up()
            let applied = try await [one, other]
            #expect(Set(applied.map(\.count)) == [0, 2])
            let count = try await rows(database)
            #expect(count == 2)
            #expect(report.lines.contains("another migrator is at work: waiting"))
            #expect(report.lines.contains("nothing to do: the schema is up to date"))
        }
    }

    @Test func waitingForAnotherMigratorHasABound() async throws {
        try await TestDatabase.with { database in
            let holder = PostgresConnection(database.settings())
            try await holder.open()
            try await holder.execute("SELECT pg_advisory_lock(8390876139571603822)")
            let start = ContinuousClock.now
            let error = await #expect(throws: MigrationError.self) {
                try await runner(database, [create], lockWait: .milliseconds(300)).up()
            }
            #expect(error.map { "\($0)" }?.hasPrefix("another migrator has been at work") == true)
            #expect(start.duration(to: .now) < .seconds(10))
        }
    }

    @Test func waitingForADatabaseHasABound() async throws {
        let runner = MigrationRunner(
            PostgresSettings(url: "postgresql://shop@127.0.0.1:1/shop"), [], databaseWait: .milliseconds(300))
        let start = ContinuousClock.now
        let error = await #expect(throws: MigrationError.self) { try await runner.up() }
        #expect(error.map { "\($0)" }?.hasPrefix("the database cannot be used") == true)
        #expect(start.duration(to: .now) < .seconds(5))
    }

    @Test func statusTellsEveryFile() async throws {
        try await TestDatabase.with { database in
            let report = Report()
            try await runner(database, [create]).up()
            try await runner(database, [create, fill], report: report).status()
            #expect(report.lines.count == 2)
            #expect(report.lines.first?.hasPrefix("V0001__create.sql: applied 20") == true)
            #expect(report.lines.last == "V0002__fill.sql: pending")
        }
    }

    @Test func aProcessRefusesToStartOnASchemaThatIsBehind() async throws {
        try await TestDatabase.with { database in
            let check = SchemaCheck(database.pool, requires: 2, migrator: "order-migrator")
            let empty = await #expect(throws: SchemaBehind.self) { try await check.prepare() }
            #expect(empty?.current == 0)
            try await runner(database, [create]).up()
            let behind = await #expect(throws: SchemaBehind.self) { try await check.prepare() }
            #expect(
                behind.map { "\($0)" }?.hasSuffix("version 1 and version 2 is needed: run order-migrator first") == true
            )
            try await runner(database, [create, fill]).up()
            try await check.prepare()
            try await SchemaCheck(database.pool, requires: 1, migrator: "order-migrator").prepare()
        }
    }
}
