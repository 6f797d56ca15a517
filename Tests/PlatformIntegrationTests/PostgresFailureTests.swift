import Postgres
import TestKit
import Testing

@Suite struct PostgresFailureTests {
    @Test func aCancelledTaskCancelsItsStatementAndLeavesTheConnectionFit() async throws {
        try await TestDatabase.with { database in
            let connection = PostgresConnection(database.settings())
            try await connection.open()
            let start = ContinuousClock.now
            let task = Task { try await connection.execute("SELECT pg_sleep(30)") }
            try await Task.sleep(for: .milliseconds(200))
            task.cancel()
            let error = await #expect(throws: PostgresError.self) { try await task.value }
            #expect(error?.code == .cancelled)
            #expect(start.duration(to: .now) < .seconds(5))
            #expect(await connection.isAlive)
            let seven = try await connection.first("SELECT 7") { row in try row.int(0) }
            #expect(seven == 7)
        }
    }

    @Test func aStatementOfACancelledTaskIsNotSent() async throws {
        try await TestDatabase.with { database in
            try await database.pool.withConnection { try await $0.script("CREATE TABLE t (a int)") }
            let task = Task {
                while !Task.isCancelled { await Task.yield() }
                return try await database.pool.execute("INSERT INTO t VALUES (1)")
            }
            task.cancel()
            let error = await #expect(throws: PostgresError.self) { try await task.value }
            #expect(error?.code == .cancelled)
            let count = try await database.pool.first("SELECT count(*) FROM t") { row in try row.int(0) }
            #expect(count == 0)
        }
    }

    @Test func aSessionKilledInTheMiddleIsUnreachable() async throws {
        try await TestDatabase.with { database in
            let connection = PostgresConnection(database.settings())
            try await connection.open()
            let process = try #require(await connection.processID)
            let task = Task { try await connection.execute("SELECT pg_sleep(30)") }
            try await Task.sleep(for: .milliseconds(200))
            try await database.pool.execute("SELECT pg_terminate_backend($1)", [.int(process)])
            let error = await #expect(throws: PostgresError.self) { try await task.value }
            #expect(error?.code == .connection)
            #expect(error?.sqlState == "57P01")
            #expect(error?.isUnreachable == true)
            #expect(error?.isTemporarilyUnavailable == true)
            #expect(await !connection.isAlive)
            try await connection.open()
            let seven = try await connection.first("SELECT 7") { row in try row.int(0) }
            #expect(seven == 7)
        }
    }

    @Test func aStatementBeyondItsTimeIsEndedByTheServer() async throws {
        try await TestDatabase.with { database in
            var settings = database.settings()
            settings.statementTimeout = .milliseconds(100)
            let connection = PostgresConnection(settings)
            try await connection.open()
            let error = await #expect(throws: PostgresError.self) {
                try await connection.execute("SELECT pg_sleep(30)")
            }
            #expect(error?.code == .server)
            #expect(error?.sqlState == SQLState.queryCanceled)
            #expect(error?.isUnreachable == false)
        }
    }

    @Test func aRefusedConnectionIsUnreachableAndNamesNoPassword() async throws {
        let connection = PostgresConnection(PostgresSettings(url: "postgresql://shop:s3cret@127.0.0.1:1/shop"))
        let error = await #expect(throws: PostgresError.self) { try await connection.open() }
        #expect(error?.isUnreachable == true)
        #expect(error?.debugDescription.contains("s3cret") == false)
    }

    @Test func aURLThatCannotBeReadIsNotShown() async throws {
        for url in ["", "mysql://shop:s3cret@localhost/shop", "postgresql://shop:s3cret@local host:port/%zz"] {
            let connection = PostgresConnection(PostgresSettings(url: url))
            let error = await #expect(throws: PostgresError.self) { try await connection.open() }
            #expect(error?.message.hasPrefix("the database URL ") == true)
            #expect(error?.debugDescription.contains("s3cret") == false)
        }
    }

    @Test func aWrongPasswordIsNotShown() async throws {
        try await TestDatabase.with { database in
            let role = "\(database.name)_role"
            try await TestDatabase.administer("CREATE ROLE \(role) LOGIN PASSWORD 'right'")
            let host = database.settings().description
            let connection = PostgresConnection(PostgresSettings(url: "postgresql://\(role):wr0ng-pass@\(host)"))
            let error = await #expect(throws: PostgresError.self) { try await connection.open() }
            try await TestDatabase.administer("DROP ROLE \(role)")
            #expect(error?.code == .connection)
            #expect(error?.debugDescription.contains("wr0ng-pass") == false)
        }
    }

    @Test func aServerThatNeverAnswersTimesOut() async throws {
        let silent = try SilentServer()
        var settings = PostgresSettings(url: "postgresql://shop:s3cret@127.0.0.1:\(silent.port)/shop")
        settings.connectTimeout = .milliseconds(200)
        let connection = PostgresConnection(settings)
        let start = ContinuousClock.now
        let error = await #expect(throws: PostgresError.self) { try await connection.open() }
        #expect(error?.code == .timeout)
        #expect(error?.isUnreachable == true)
        #expect(start.duration(to: .now) < .seconds(3))
        #expect(error?.debugDescription.contains("s3cret") == false)
    }

    @Test func connectingCanBeCancelled() async throws {
        let silent = try SilentServer()
        let connection = PostgresConnection(PostgresSettings(url: "postgresql://shop@127.0.0.1:\(silent.port)/shop"))
        let start = ContinuousClock.now
        let task = Task { try await connection.open() }
        try await Task.sleep(for: .milliseconds(100))
        task.cancel()
        let error = await #expect(throws: PostgresError.self) { try await task.value }
        #expect(error?.code == .cancelled)
        #expect(start.duration(to: .now) < .seconds(3))
    }
}
