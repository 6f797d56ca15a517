import Postgres
import TestKit
import Testing

/// Statements that travel with the next one or with COMMIT.
@Suite struct PostgresEnqueueTests {
    private func withNumbers(_ body: @Sendable (PostgresPool) async throws -> Void) async throws {
        try await TestDatabase.with(poolSize: 1) { database in
            try await database.pool.withConnection { connection in
                try await connection.script("CREATE TABLE numbers (number int CONSTRAINT once UNIQUE)")
            }
            try await body(database.pool)
        }
    }

    private func numbers(_ pool: PostgresPool) async throws -> [Int] {
        try await pool.query("SELECT number FROM numbers ORDER BY number") { try $0.integer(0) }
    }

    private static let insert = "INSERT INTO numbers VALUES ($1)"

    @Test func whatNobodyWaitsForIsCommittedWithTheRest() async throws {
        try await withNumbers { pool in
            try await pool.transaction { try await $0.enqueue(Self.insert, [.int(1)]) }
            try await pool.transaction { transaction in
                try await transaction.execute(Self.insert, [.int(2)])
                try await transaction.enqueue(Self.insert, [.int(3)])
                try await transaction.enqueue("UPDATE numbers SET number = number + 10 WHERE number > $1", [.int(1)])
            }
            let committed = try await numbers(pool)
            #expect(committed == [1, 12, 13])
        }
    }

    @Test func theNextStatementSeesIt() async throws {
        try await withNumbers { pool in
            let seen = try await pool.transaction { transaction in
                try await transaction.enqueue(Self.insert, [.int(1)])
                try await transaction.enqueue(Self.insert, [.int(2)])
                return try await transaction.first("SELECT count(*) FROM numbers") { try $0.integer(0) }
            }
            #expect(seen == 2)
        }
    }

    @Test func oneThatFailsWithTheCommitFailsTheTransactionUnderItsOwnName() async throws {
        try await withNumbers { pool in
            try await pool.execute(Self.insert, [.int(1)])
            // Twice: first it is prepared on the way, then it is known.
            for _ in 1...2 {
                let error = await #expect(throws: PostgresError.self) {
                    try await pool.transaction { transaction in
                        try await transaction.execute("INSERT INTO numbers VALUES (7)")
                        try await transaction.enqueue(Self.insert, [.int(1)])
                        try await transaction.enqueue("INSERT INTO numbers VALUES (8)")
                    }
                }
                #expect(error?.code == .server && error?.isUniqueViolation(of: "once") == true)
                #expect(error?.statement == Self.insert)
                #expect(error?.file.hasSuffix("PostgresEnqueueTests.swift") == true)
                let committed = try await numbers(pool)
                #expect(committed == [1])
            }
        }
    }

    @Test func oneThatFailsWithTheNextStatementIsToldThere() async throws {
        try await withNumbers { pool in
            try await pool.execute(Self.insert, [.int(1)])
            let error = await #expect(throws: PostgresError.self) {
                try await pool.transaction { transaction in
                    try await transaction.enqueue(Self.insert, [.int(1)])
                    try await transaction.execute("INSERT INTO numbers VALUES (9)")
                }
            }
            #expect(error?.statement == Self.insert && error?.sqlState == SQLState.uniqueViolation)
            let committed = try await numbers(pool)
            #expect(committed == [1])
        }
    }

    @Test func aFailureThatWasSwallowedBeforeIsAnAbortedTransaction() async throws {
        try await withNumbers { pool in
            let error = await #expect(throws: PostgresError.self) {
                try await pool.transaction { transaction in
                    _ = try? await transaction.execute("SELECT 1 / 0")
                    try await transaction.enqueue(Self.insert, [.int(1)])
                }
            }
            #expect(error?.code == .transactionAborted)
            #expect((error?.underlying as? PostgresError)?.sqlState == "22012")
            let committed = try await numbers(pool)
            #expect(committed == [])
        }
    }

    @Test func aConflictThatShowsWithTheCommitRunsAllAgain() async throws {
        try await withNumbers { pool in
            try await pool.withConnection { connection in
                try await connection.script(
                    """
                    CREATE SEQUENCE tries;
                    CREATE FUNCTION fail_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                        IF nextval('tries') = 1 THEN RAISE EXCEPTION USING ERRCODE = '40001'; END IF;
                        RETURN NULL;
                    END $$;
                    CREATE TRIGGER fail_once AFTER INSERT ON numbers EXECUTE FUNCTION fail_once()
                    """)
            }
            try await pool.transaction { try await $0.enqueue(Self.insert, [.int(1)]) }
            let committed = try await numbers(pool)
            #expect(committed == [1])
        }
    }

    @Test func aSessionLostOnTheWayLeavesTheOutcomeUnknown() async throws {
        try await TestDatabase.with { database in
            let pool = database.pool
            try await pool.withConnection { try await $0.script("CREATE TABLE numbers (number int)") }
            let task = Task {
                try await pool.transaction { transaction in
                    try await transaction.enqueue("INSERT INTO numbers SELECT 1 FROM pg_sleep(30)")
                }
            }
            try await eventually("the server is at it") {
                try await pool.execute(
                    """
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE query LIKE 'INSERT%pg_sleep%' AND state = 'active' AND datname = current_database()
                    """) == 1
            }
            let error = await #expect(throws: PostgresError.self) { try await task.value }
            #expect(error?.code == .commitOutcomeUnknown && error?.isUnreachable == true)
            let count = try await pool.first("SELECT count(*) FROM numbers") { try $0.integer(0) }
            #expect(count == 0)
        }
    }

    @Test func twoQueriesInOneGoEachGiveTheirRows() async throws {
        try await withNumbers { pool in
            // Twice: first they are prepared on the way, then they are known.
            for _ in 1...2 {
                let (first, second) = try await pool.transaction { transaction in
                    try await transaction.enqueue("DELETE FROM numbers")
                    return try await transaction.run(
                        PostgresQuery(
                            "INSERT INTO numbers VALUES (1), (2) RETURNING number", as: { try $0.integer(0) }),
                        PostgresQuery(
                            "SELECT number::text || 'nd' FROM numbers WHERE number > 1", as: { try $0.text(0) }))
                }
                #expect(first == [1, 2] && second == ["2nd"])
            }
        }
    }

    @Test func ofTwoQueriesTheOneThatFailsIsNamed() async throws {
        try await withNumbers { pool in
            try await pool.execute(Self.insert, [.int(1)])
            let failing = "INSERT INTO numbers VALUES (1) RETURNING number"
            for isFirst in [true, false] {
                let error = await #expect(throws: PostgresError.self) {
                    let one = PostgresQuery(failing, as: { try $0.integer(0) })
                    let other = PostgresQuery("SELECT 1", as: { try $0.integer(0) })
                    _ = try await pool.transaction { try await isFirst ? $0.run(one, other) : $0.run(other, one) }
                }
                #expect(error?.statement == failing && error?.isUniqueViolation(of: "once") == true)
            }
            let unreadable = await #expect(throws: PostgresError.self) {
                _ = try await pool.transaction { transaction in
                    try await transaction.run(
                        PostgresQuery("SELECT 1", as: { try $0.integer(0) }),
                        PostgresQuery("SELECT 'x'", as: { try $0.integer(0) }))
                }
            }
            #expect(unreadable?.code == .decoding && unreadable?.statement == "SELECT 'x'")
            let committed = try await numbers(pool)
            #expect(committed == [1])
        }
    }

    @Test func whatCannotBeSentIsRefusedAtOnceAndWhatIsRolledBackIsNeverSent() async throws {
        struct Refused: Error {}
        try await withNumbers { pool in
            let unsendable = await #expect(throws: PostgresError.self) {
                try await pool.transaction { try await $0.enqueue("SELECT $1::text", [.text("a\0b")]) }
            }
            #expect(unsendable?.code == .invalidParameter)
            await #expect(throws: Refused.self) {
                try await pool.transaction { transaction in
                    try await transaction.enqueue(Self.insert, [.int(1)])
                    throw Refused()
                }
            }
            try await pool.transaction { try await $0.execute(Self.insert, [.int(2)]) }
            let committed = try await numbers(pool)
            #expect(committed == [2])
            let escaped = try await pool.transaction { $0 }
            let error = await #expect(throws: PostgresError.self) { try await escaped.enqueue(Self.insert, [.int(3)]) }
            #expect(error?.code == .closed)
        }
    }
}
