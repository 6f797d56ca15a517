import Lifecycle
import Postgres
import TestKit
import Testing

@Suite struct PostgresPoolTests {
    @Test func aPoolWithoutAFreeConnectionSaysSoInTime() async throws {
        try await TestDatabase.with { database in
            var settings = database.settings(poolSize: 1)
            settings.acquireTimeout = .milliseconds(200)
            let pool = PostgresPool(settings)
            let error = await #expect(throws: PostgresError.self) {
                try await pool.withConnection { _ in try await pool.execute("SELECT 1") }
            }
            #expect(error?.code == .poolExhausted)
            #expect(error?.isUnreachable == true)
            let rows = try await pool.execute("SELECT 1")
            #expect(rows == 1)
            await pool.close()
        }
    }

    @Test func waitersAreServedInTheirOrder() async throws {
        try await TestDatabase.with(poolSize: 1) { database in
            let served = Record<Int>()
            let waiters = try await database.pool.withConnection { _ in
                var waiters: [Task<Void, any Error>] = []
                for number in 0..<5 {
                    waiters.append(
                        Task {
                            try await database.pool.withConnection { _ in await served.add(number) }
                        })
                    try await Task.sleep(for: .milliseconds(30))
                }
                return waiters
            }
            for waiter in waiters { try await waiter.value }
            let order = await served.values
            #expect(order == [0, 1, 2, 3, 4])
        }
    }

    @Test func aWaiterCanBeCancelledAndLosesNoConnection() async throws {
        try await TestDatabase.with(poolSize: 1) { database in
            try await database.pool.withConnection { _ in
                let waiter = Task { try await database.pool.execute("SELECT 1") }
                try await Task.sleep(for: .milliseconds(50))
                waiter.cancel()
                let error = await #expect(throws: PostgresError.self) { try await waiter.value }
                #expect(error?.code == .cancelled)
            }
            let rows = try await database.pool.execute("SELECT 1")
            #expect(rows == 1)
        }
    }

    @Test func manyTasksShareFewConnectionsAndLeaveTheCooperativePoolFree() async throws {
        try await TestDatabase.with(poolSize: 4) { database in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<40 { group.addTask { try await database.pool.execute("SELECT pg_sleep(0.05)") } }
                // As many statements sleep as there are connections; a thread of the cooperative pool must be free still.
                let start = ContinuousClock.now
                for _ in 0..<10 { await Task.detached { await Task.yield() }.value }
                #expect(start.duration(to: .now) < .milliseconds(400))
                try await group.waitForAll()
            }
            let sessions = try await database.pool.first(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1", [.text(database.name)]
            ) { row in try row.int(0) }
            #expect((sessions ?? 99) <= 4)
        }
    }

    @Test func sessionsThatDiedWhileIdleAreReplacedUnnoticed() async throws {
        try await TestDatabase.with(poolSize: 3) { database in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<3 { group.addTask { try await database.pool.execute("SELECT pg_sleep(0.2)") } }
                try await group.waitForAll()
            }
            try await TestDatabase.administer(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '\(database.name)'")
            // A session ends a moment after it was told to.
            let observer = PostgresConnection(PostgresSettings(url: try testServerURL()))
            try await observer.open()
            let sessions = "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1"
            while try await observer.first(sessions, [.text(database.name)], as: { row in try row.int(0) }) != 0 {
                try await Task.sleep(for: .milliseconds(20))
            }
            for _ in 0..<3 {
                let rows = try await database.pool.execute("SELECT 1")
                #expect(rows == 1)
            }
        }
    }

    @Test func aConnectionLeftInATransactionIsNotLentAgain() async throws {
        try await TestDatabase.with(poolSize: 1) { database in
            let first = try await database.pool.withConnection { connection in
                try await connection.script("BEGIN; CREATE TABLE t (a int)")
                return await connection.processID
            }
            try await database.pool.withConnection { connection in
                #expect(await connection.processID != first)
                let table = try await connection.first("SELECT to_regclass('t')::text") { row in try row.optionalText(0)
                }
                #expect(table == .some(nil))
            }
        }
    }

    @Test func anUnreachableServerIsToldAtOnceAndTriedAgain() async throws {
        let pool = PostgresPool(PostgresSettings(url: "postgresql://shop@127.0.0.1:1/shop"))
        let start = ContinuousClock.now
        for _ in 0..<20 {
            let error = await #expect(throws: PostgresError.self) { try await pool.execute("SELECT 1") }
            #expect(error?.isUnreachable == true)
        }
        #expect(start.duration(to: .now) < .seconds(3))
        #expect(!pool.health.isHealthy)
    }

    @Test func aRunningPoolKnowsItsHealthAndClosesAtTheEnd() async throws {
        try await TestDatabase.with { database in
            let pool = PostgresPool(database.settings())
            #expect(!pool.health.isHealthy)
            let shutdown = ShutdownSignal()
            async let running: Void = pool.run(until: shutdown)
            let deadline = ContinuousClock.now + .seconds(10)
            while !pool.health.isHealthy, .now < deadline { try await Task.sleep(for: .milliseconds(20)) }
            #expect(pool.health.isHealthy)
            shutdown.trigger()
            await running
            let error = await #expect(throws: PostgresError.self) { try await pool.execute("SELECT 1") }
            #expect(error?.code == .closed)
        }
    }

    @Test func aDatabaseIsDroppedAlsoWhenTheTestThrows() async throws {
        struct Broken: Error {}
        let names = Record<String>()
        await #expect(throws: Broken.self) {
            try await TestDatabase.with { database in
                await names.add(database.name)
                try await database.pool.execute("SELECT 1")
                throw Broken()
            }
        }
        let server = PostgresConnection(PostgresSettings(url: try testServerURL()))
        try await server.open()
        let count = try await server.first(
            "SELECT count(*) FROM pg_database WHERE datname = $1", [.text(await names.values.first)]
        ) { row in try row.int(0) }
        #expect(count == 0)
    }
}

/// What happened, in its order.
private actor Record<Value: Sendable> {
    private(set) var values: [Value] = []

    func add(_ value: Value) { values.append(value) }
}
