import DomainKit
import Postgres
import TestKit
import Testing

@Suite struct PostgresConnectionTests {
    /// A connection of its own on a fresh database.
    private func withConnection<Value: Sendable>(
        _ body: @Sendable (PostgresConnection, TestDatabase) async throws -> Value
    ) async throws -> Value {
        try await TestDatabase.with { database in
            let connection = PostgresConnection(database.settings())
            try await connection.open()
            return try await body(connection, database)
        }
    }

    @Test func everyTypeComesBackAsItWasSent() async throws {
        try await TestDatabase.with { database in
            let id = EntityID.v7()
            let time = Timestamp(microseconds: 1_795_254_626_123_456)
            let row = try await database.pool.first(
                """
                SELECT $1::uuid AS id, $2::text AS text, $3::bigint AS int, $4::boolean AS bool,
                    $5::timestamptz AS time, $6::bytea AS bytes, NULL AS nothing
                """,
                [
                    .id(id), "naïve 'quoted' \\ \"text\"", .int(Int64.min), true, .timestamp(time),
                    .bytes([0, 255, 92, 39]),
                ]
            ) { row in
                try (
                    row.id("id"), row.text("text"), row.int(2), row.bool(3), row.timestamp("time"), row.bytes(5),
                    row.optionalText("nothing")
                )
            }
            let (readID, text, int, bool, readTime, bytes, nothing) = try #require(row)
            #expect(readID == id)
            #expect(text == "naïve 'quoted' \\ \"text\"")
            #expect(int == .min)
            #expect(bool)
            #expect(readTime == time)
            #expect(bytes == [0, 255, 92, 39])
            #expect(nothing == nil)
        }
    }

    @Test func arraysKeepQuotesBackslashesBracesAndNULL() async throws {
        try await withConnection { connection, _ in
            let texts: [String?] = [
                "", "NULL", nil, "null", "a,b", "{x}", "\"", "\\", "\\\"", "it's", " padded ", "line\nfeed\ttab",
                "日本 🙂",
            ]
            let read = try await connection.query("SELECT t FROM unnest($1::text[]) AS t", [.texts(texts)]) { row in
                try row.optionalText(0)
            }
            #expect(read == texts)

            let blobs: [[UInt8]?] = [[], nil, Array(0...255), [UInt8](repeating: 92, count: 3)]
            let readBlobs = try await connection.query(
                "SELECT b FROM unnest($1::bytea[]) AS b", [.bytesArray(blobs)]
            ) { row in try row.optionalBytes(0) }
            #expect(readBlobs == blobs)
        }
    }

    @Test func arraysOfEveryTypeAndEmptyOnesArrive() async throws {
        try await withConnection { connection, _ in
            let ids = [EntityID.v7(), EntityID.v7()]
            let times = [
                Timestamp(microseconds: 0), Timestamp(microseconds: -1), Timestamp(microseconds: 1_700_000_000_000_001),
            ]
            let isSame = try await connection.first(
                """
                SELECT $1::uuid[] = ARRAY[$2, $3]::uuid[], $4::bigint[] = ARRAY[-9223372036854775808, 0]::bigint[],
                    $5::boolean[] = ARRAY[true, false], cardinality($6::bytea[]), cardinality($7::text[]),
                    $8::bigint[] IS NOT DISTINCT FROM ARRAY[1, NULL]::bigint[]
                """,
                [
                    .ids(ids), .id(ids[0]), .id(ids[1]), .ints([Int64.min, 0]), .bools([true, false]),
                    .bytesArray([[UInt8]]()), .texts([]), .ints([1, nil] as [Int64?]),
                ]
            ) { row in
                try row.bool(0) && row.bool(1) && row.bool(2) && row.int(3) == 0 && row.int(4) == 0 && row.bool(5)
            }
            #expect(isSame == true)
            let read = try await connection.query(
                "SELECT t FROM unnest($1::timestamptz[]) AS t", [.timestamps(times)]
            ) { row in try row.timestamp(0) }
            #expect(read == times)
        }
    }

    @Test func aViolationNamesItsConstraintAndNothingSecret() async throws {
        try await withConnection { connection, database in
            try await connection.script("CREATE TABLE t (id int CONSTRAINT t_key PRIMARY KEY)")
            try await connection.execute("INSERT INTO t VALUES ($1)", [1])
            let error = await #expect(throws: PostgresError.self) {
                try await connection.execute("INSERT INTO t VALUES ($1)", [1])
            }
            let violation = try #require(error)
            #expect(violation.code == .server)
            #expect(violation.sqlState == SQLState.uniqueViolation)
            #expect(violation.constraint == "t_key")
            #expect(violation.isUniqueViolation(of: "t_key"))
            #expect(!violation.isUnreachable && !violation.isRetryable)
            #expect(violation.description == "PostgreSQL: server 23505 (constraint t_key)")
            #expect(violation.debugDescription.contains("INSERT INTO t"))
            // Its detail repeats the row: kept for who asks, and out of the log.
            #expect(violation.detail?.contains("Key (id)=(1) already exists") == true)
            #expect(!violation.debugDescription.contains("Key (id)=(1)"))
            #expect(violation.file.hasSuffix("PostgresConnectionTests.swift"))
            let one = try await connection.first("SELECT 1") { row in try row.int(0) }
            #expect(one == 1)
        }
    }

    @Test func decodingErrorsNameColumnAndType() async throws {
        try await withConnection { connection, _ in
            let wrongType = await #expect(throws: PostgresError.self) {
                try await connection.query("SELECT 'x' AS name") { row in try row.int("name") }
            }
            #expect(wrongType?.code == .decoding)
            #expect(wrongType?.message.contains("column \"name\": expected bigint") == true)
            let null = await #expect(throws: PostgresError.self) {
                try await connection.query("SELECT NULL::uuid AS id") { row in try row.id("id") }
            }
            #expect(null?.message == "column \"id\": expected uuid, found NULL")
            let missing = await #expect(throws: PostgresError.self) {
                try await connection.query("SELECT 1 AS id") { row in try row.int("other") }
            }
            #expect(missing?.message.contains("no such column") == true)
        }
    }

    @Test func aTextWithNULIsRefusedInsteadOfCutOff() async throws {
        try await withConnection { connection, _ in
            for parameter in [PostgresValue.text("a\0b"), .texts(["a\0b"])] {
                let error = await #expect(throws: PostgresError.self) {
                    try await connection.execute("SELECT $1::text", [parameter])
                }
                #expect(error?.code == .invalidParameter)
            }
        }
    }

    @Test func statementsArePreparedOnce() async throws {
        try await withConnection { connection, _ in
            for number in 0..<3 {
                let sum = try await connection.first("SELECT $1::int + 1", [.int(number)]) { row in try row.integer(0) }
                #expect(sum == number + 1)
            }
            let count = try await connection.first(
                "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT $1::int + 1'"
            ) { row in try row.int(0) }
            #expect(count == 1)
        }
    }

    @Test func aStatementSurvivesAChangeOfItsTable() async throws {
        try await TestDatabase.with(poolSize: 1) { database in
            try await database.pool.withConnection {
                try await $0.script("CREATE TABLE t (a int); INSERT INTO t VALUES (1)")
            }
            let columns = { @Sendable in
                try await database.pool.first("SELECT * FROM t") { row in row.columnCount }
            }
            let before = try await columns()
            #expect(before == 1)
            try await database.pool.withConnection { try await $0.script("ALTER TABLE t ADD COLUMN b int") }
            let after = try await columns()
            #expect(after == 2)
            let inTransaction = try await database.pool.transaction {
                try await $0.first("SELECT * FROM t") { row in row.columnCount }
            }
            #expect(inTransaction == 2)
        }
    }

    @Test func aFailedPreparationIsNotKept() async throws {
        try await withConnection { connection, _ in
            for _ in 0..<2 {
                let error = await #expect(throws: PostgresError.self) {
                    try await connection.execute("SELECT * FROM later")
                }
                #expect(error?.sqlState == SQLState.undefinedTable)
            }
            try await connection.script("CREATE TABLE later (a int)")
            let rows = try await connection.execute("SELECT * FROM later")
            #expect(rows == 0)
        }
    }

    @Test func aScriptRunsSeveralStatementsAndReportsTheFirstFailure() async throws {
        try await withConnection { connection, _ in
            let error = await #expect(throws: PostgresError.self) {
                try await connection.script("CREATE TABLE t (a int); INSERT INTO t VALUES (1 / 0); SELECT 1")
            }
            #expect(error?.sqlState == "22012")
            let table = try await connection.first("SELECT to_regclass('t')::text") { row in try row.optionalText(0) }
            #expect(table == .some(nil))
        }
    }
}
