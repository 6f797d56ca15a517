import Postgres
import Synchronization
import TestKit
import Testing

@Suite struct PostgresTransactionTests {
    private struct Refused: Error {}

    private func withAccounts(_ body: @Sendable (PostgresPool) async throws -> Void) async throws {
        try await TestDatabase.with { database in
            try await database.pool.withConnection { connection in
                try await connection.script(
                    "CREATE TABLE accounts (id int PRIMARY KEY, amount int NOT NULL); INSERT INTO accounts VALUES (1, 10), (2, 10)"
                )
            }
            try await body(database.pool)
        }
    }

    private func total(_ pool: PostgresPool) async throws -> Int64? {
        try await pool.first("SELECT sum(amount) FROM accounts") { row in try row.int(0) }
    }

    @Test func whatIsThrownRollsBackAndComesThrough() async throws {
        try await withAccounts { pool in
            await #expect(throws: Refused.self) {
                try await pool.transaction { transaction in
                    try await transaction.execute("UPDATE accounts SET amount = 0")
                    throw Refused()
                }
            }
            let unchanged = try await total(pool)
            #expect(unchanged == 20)
            try await pool.transaction { try await $0.execute("UPDATE accounts SET amount = 1") }
            let changed = try await total(pool)
            #expect(changed == 2)
        }
    }

    @Test func aTransactionWithoutStatementsIsFine() async throws {
        try await withAccounts { pool in
            let five = try await pool.transaction { _ in 5 }
            #expect(five == 5)
            let unchanged = try await total(pool)
            #expect(unchanged == 20)
        }
    }

    @Test func aDeadlockIsRunAgain() async throws {
        try await withAccounts { pool in
            let runs = Atomic<Int>(0)
            // Each takes its first row and waits until the other has taken its own: a certain deadlock in the first run.
            let taken = Atomic<Int>(0)
            let transfer = { @Sendable (from: Int, to: Int) async throws in
                try await pool.transaction { transaction in
                    runs.add(1, ordering: .relaxed)
                    try await transaction.execute("UPDATE accounts SET amount = amount - 1 WHERE id = $1", [.int(from)])
                    taken.add(1, ordering: .relaxed)
                    while taken.load(ordering: .relaxed) < 2 { try await Task.sleep(for: .milliseconds(5)) }
                    try await transaction.execute("UPDATE accounts SET amount = amount + 1 WHERE id = $1", [.int(to)])
                }
            }
            async let first: Void = transfer(1, 2)
            async let second: Void = transfer(2, 1)
            _ = try await (first, second)
            #expect(runs.load(ordering: .relaxed) >= 3)
            let amounts = try await pool.query("SELECT amount FROM accounts ORDER BY id") { row in try row.int(0) }
            #expect(amounts == [10, 10])
        }
    }

    @Test func aSerializationFailureIsRunAgain() async throws {
        try await withAccounts { pool in
            let runs = Atomic<Int>(0)
            try await pool.transaction(isolation: .serializable) { transaction in
                let isFirst = runs.add(1, ordering: .relaxed).oldValue == 0
                let amount = try await transaction.first("SELECT amount FROM accounts WHERE id = 1") { row in
                    try row.int(0)
                }
                if isFirst { try await pool.execute("UPDATE accounts SET amount = amount + 5 WHERE id = 1") }
                try await transaction.execute("UPDATE accounts SET amount = $1 WHERE id = 1", [.int((amount ?? 0) + 1)])
            }
            #expect(runs.load(ordering: .relaxed) == 2)
            let sum = try await total(pool)
            #expect(sum == 26)
        }
    }

    @Test func aFailureThatTheBodyTurnsIntoItsOwnErrorIsRunAgainToo() async throws {
        try await withAccounts { pool in
            let runs = Atomic<Int>(0)
            try await pool.transaction { transaction in
                guard runs.add(1, ordering: .relaxed).oldValue == 0 else { return }
                do {
                    try await transaction.connection.script(
                        "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$")
                } catch {
                    throw Refused()
                }
            }
            #expect(runs.load(ordering: .relaxed) == 2)
        }
    }

    @Test func aFailureThatWasSwallowedDoesNotLookLikeACommit() async throws {
        try await withAccounts { pool in
            let error = await #expect(throws: PostgresError.self) {
                try await pool.transaction { transaction in
                    try await transaction.execute("UPDATE accounts SET amount = 0")
                    _ = try? await transaction.execute("SELECT 1 / 0")
                }
            }
            #expect(error?.code == .transactionAborted)
            #expect((error?.underlying as? PostgresError)?.sqlState == "22012")
            let unchanged = try await total(pool)
            #expect(unchanged == 20)
        }
    }

    @Test func aConstraintThatFailsAtCommitIsAnOrdinaryFailure() async throws {
        try await withAccounts { pool in
            try await pool.withConnection { connection in
                try await connection.script(
                    "CREATE TABLE child (id int REFERENCES accounts DEFERRABLE INITIALLY DEFERRED)")
            }
            let error = await #expect(throws: PostgresError.self) {
                try await pool.transaction { try await $0.execute("INSERT INTO child VALUES (99)") }
            }
            #expect(error?.code == .server)
            #expect(error?.sqlState == SQLState.foreignKeyViolation)
            #expect(error?.constraint == "child_id_fkey")
            let count = try await pool.first("SELECT count(*) FROM child") { row in try row.int(0) }
            #expect(count == 0)
        }
    }

    @Test func aSessionLostWhileCommittingLeavesTheOutcomeUnknown() async throws {
        try await withAccounts { pool in
            try await pool.withConnection { connection in
                try await connection.script(
                    """
                    CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(30); RETURN NULL; END';
                    CREATE CONSTRAINT TRIGGER linger AFTER UPDATE ON accounts DEFERRABLE INITIALLY DEFERRED
                        FOR EACH ROW EXECUTE FUNCTION linger()
                    """)
            }
            let task = Task {
                try await pool.transaction { try await $0.execute("UPDATE accounts SET amount = 0 WHERE id = 1") }
            }
            try await Task.sleep(for: .milliseconds(300))
            try await pool.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'COMMIT' AND state = 'active' AND datname = current_database()"
            )
            let error = await #expect(throws: PostgresError.self) { try await task.value }
            #expect(error?.code == .commitOutcomeUnknown)
            #expect(error?.isUnreachable == true)
            let unchanged = try await total(pool)
            #expect(unchanged == 20)
        }
    }

    @Test func aTaskCancelledDuringATransactionRollsItBackAndTheConnectionServesOn() async throws {
        try await TestDatabase.with(poolSize: 1) { database in
            let pool = database.pool
            try await pool.withConnection { try await $0.script("CREATE TABLE t (a int)") }
            for milliseconds in [0, 1, 2, 5, 20] {
                let task = Task {
                    try await pool.transaction { transaction in
                        try await transaction.execute("INSERT INTO t VALUES (1)")
                        try await transaction.execute("SELECT pg_sleep(20)")
                    }
                }
                try await Task.sleep(for: .milliseconds(milliseconds))
                task.cancel()
                let error = await #expect(throws: PostgresError.self) { try await task.value }
                #expect(error?.code == .cancelled)
                let count = try await pool.first("SELECT count(*) FROM t") { row in try row.int(0) }
                #expect(count == 0)
            }
        }
    }

    @Test func aTransactionThatIsOverTakesNoStatements() async throws {
        try await withAccounts { pool in
            let escaped = try await pool.transaction { $0 }
            let error = await #expect(throws: PostgresError.self) { try await escaped.execute("DELETE FROM accounts") }
            #expect(error?.code == .closed)
            let unchanged = try await total(pool)
            #expect(unchanged == 20)
        }
    }
}
