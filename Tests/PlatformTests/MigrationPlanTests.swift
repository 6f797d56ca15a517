import DomainKit
import Glibc
import Testing

@testable import Migrations

@Suite struct MigrationPlanTests {
    private func file(_ version: Int, _ sql: String = "SELECT 1;") throws -> Migration {
        try Migration(fileName: "V000\(version)__step\(version).sql", bytes: Array(sql.utf8))
    }

    private func applied(_ migration: Migration, isFinished: Bool = true) -> AppliedMigration {
        AppliedMigration(
            version: migration.version, description: migration.description, checksum: migration.checksum,
            appliedAt: Timestamp(microseconds: 0), isFinished: isFinished)
    }

    @Test func aNameGivesVersionAndDescription() throws {
        let migration = try Migration(fileName: "V0012__add_the_index.sql", bytes: Array("SELECT 1".utf8))
        #expect(migration.version == 12)
        #expect(migration.description == "add_the_index")
        #expect(migration.isTransactional)
        #expect(Migration.fileName(version: 12, description: "add_the_index") == "V0012__add_the_index.sql")
        #expect(migration.checksum == "e004ebd5b5532a4b85984a62f8ad48a81aa3460c1ca07701f386135d72cdecf5")
    }

    @Test func namesAndContentsThatAreNoneAreRefused() {
        for name in [
            "1__x.sql", "V1__x.sql", "V0001_x.sql", "V0001__.sql", "V0000__x.sql", "V0001__x.txt", "V-001__x.sql",
        ] {
            #expect(throws: MigrationError.self) { try Migration(fileName: name, bytes: [65]) }
        }
        for bytes in [[], [32, 10], [0xFF, 0xFE], [65, 0, 66]] as [[UInt8]] {
            #expect(throws: MigrationError.self) { try Migration(fileName: "V0001__x.sql", bytes: bytes) }
        }
    }

    @Test func theFirstLineOptsOutOfTheTransaction() throws {
        #expect(try !file(1, "-- tradewind:no-transaction\nVACUUM;").isTransactional)
        #expect(try file(1, "VACUUM;\n-- tradewind:no-transaction\n").isTransactional)
    }

    @Test func everyByteCountsForTheChecksum() throws {
        let (lineFeed, carriageReturn) = (try file(1, "SELECT 1;\n"), try file(1, "SELECT 1;\r\n"))
        #expect(lineFeed.checksum != carriageReturn.checksum)
    }

    @Test func whatIsMissingIsPendingInOrder() throws {
        let files = try [file(3), file(1), file(2)]
        let plan = try MigrationPlan(files, applied: [applied(files[1])])
        #expect(plan.pending.map(\.version) == [2, 3])
        #expect(plan.faults.isEmpty)
    }

    @Test func everythingThatIsWrongIsTold() throws {
        let files = try [file(1, "SELECT 2;"), file(2), file(4), file(5)]
        let history = try [applied(file(1)), applied(file(3)), applied(file(4)), applied(file(5), isFinished: false)]
        let faults = try MigrationPlan(files, applied: history).faults.map { "\($0)".prefix { $0 != ":" } }
        #expect(faults.count == 4)
        #expect(faults[0].hasPrefix("V0001__step1.sql was changed"))
        #expect(faults[1].hasPrefix("V0003__step3.sql has been applied and is missing"))
        #expect(faults[2].hasPrefix("V0005__step5.sql runs outside a transaction and was begun but not finished"))
        #expect(faults[3].hasPrefix("V0002__step2.sql is new and comes before V0005__step5.sql"))
    }

    @Test func twoFilesOfOneVersionAreRefused() throws {
        let other = try Migration(fileName: "V0001__other.sql", bytes: [65])
        let files = try [file(1), other]
        #expect(throws: MigrationError.self) { try MigrationPlan(files, applied: []) }
    }

    @Test func theCommandLineIsReadStrictly() {
        #expect(MigratorCommand([]) == .up(isDryRun: false))
        #expect(MigratorCommand(["up"]) == .up(isDryRun: false))
        #expect(MigratorCommand(["--dry-run"]) == .up(isDryRun: true))
        #expect(MigratorCommand(["up", "--dry-run"]) == .up(isDryRun: true))
        #expect(MigratorCommand(["status"]) == .status)
        #expect(MigratorCommand(["validate"]) == .validate)
        #expect(MigratorCommand(["status", "--help"]) == .help)
        for wrong in [["down"], ["up", "now"], ["status", "--dry-run"], ["--dry-run", "--dry-run"], [""]] {
            #expect(MigratorCommand(wrong) == nil)
        }
    }
}

/// What the compiler cannot see: that every SQL file is embedded, and listed by its migrator.
@Suite struct MigrationFilesTests {
    private let checkout = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }

    private func names(in folder: String) -> [String] {
        guard let directory = opendir("\(checkout)/\(folder)") else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    private func text(_ path: String) -> String {
        guard let file = fopen("\(checkout)/\(path)", "re") else { return "" }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }

    @Test func everyMigratorListsEveryFileOfItsFolder() {
        let migrators = names(in: "Migrators")
        #expect(migrators.count >= 3)
        let package = text("Package.swift")
        for migrator in migrators {
            let main = text("Migrators/\(migrator)/Main.swift")
            let files = names(in: "Migrators/\(migrator)/SQL")
            #expect(!files.isEmpty)
            for file in files {
                #expect(main.contains("\"\(file)\""), "\(migrator)/Main.swift does not list \(file)")
                #expect(main.contains("PackageResources.\(file.replacing(".", with: "_"))"), "\(file) has other bytes")
                #expect(package.contains("\"\(file)\""), "Package.swift does not embed \(file)")
                #expect(throws: Never.self) { try Migration(fileName: file, bytes: [65]) }
            }
        }
    }

    @Test func theMessagingTablesAreTheSameInEveryDomain() {
        let files = [
            "V0001__messaging.sql", "V0003__dead_letters.sql", "V0004__inbox_partitions.sql",
            "V0005__idempotency_keys.sql",
            "V0006__erased_people.sql", "V0008__request_counts.sql", "V0014__idempotency_keys_by_about.sql",
        ]
        for file in files {
            let texts = names(in: "Migrators").map { text("Migrators/\($0)/SQL/\(file)") }
            #expect(Set(texts).count == 1 && texts.first?.isEmpty == false)
        }
    }
}
