import TestKit
import Testing

/// The migrators as they are run: arguments, settings and exit statuses.
@Suite struct MigrationProcessTests {
    @Test func aMigratorAppliesEverythingAndThenFindsNothingToDo() async throws {
        for (migrator, table) in [("order", "outbox"), ("stock", "outbox"), ("notification", "outbox")] {
            try await TestDatabase.with { database in
                let environment = ["DATABASE_URL": database.url]
                for arguments in [[], ["up"], ["status"], ["validate"], ["--dry-run"]] {
                    let status = try await run("\(migrator)-migrator", arguments, environment)
                    #expect(status == 0)
                }
                let found = try await database.pool.first("SELECT to_regclass($1) IS NOT NULL", [.text(table)]) {
                    row in try row.bool(0)
                }
                #expect(found == true)
            }
        }
    }

    @Test func wrongArgumentsAndSettingsHaveTheirOwnExitStatus() async throws {
        let help = try await run("order-migrator", ["--help"], [:])
        #expect(help == 0)
        let unknown = try await run("order-migrator", ["down"], [:])
        #expect(unknown == 64)
        let missing = try await run("order-migrator", [], [:])
        #expect(missing == 78)
        let malformed = try await run("order-migrator", [], ["DATABASE_URL": "mysql://x"])
        #expect(malformed == 78)
    }

    @Test func aDatabaseThatDoesNotComeUpEndsTheMigrator() async throws {
        let status = try await run(
            "order-migrator", [], ["DATABASE_URL": "postgresql://shop@127.0.0.1:1/shop", "MIGRATOR_WAIT": "200ms"])
        #expect(status == 1)
    }

    /// Runs an executable, and returns its exit status.
    private func run(_ name: String, _ arguments: [String], _ settings: [String: String]) async throws -> Int32 {
        await (try ServerProcess(name, arguments: arguments, settings: settings)).wait()
    }
}
