import DomainKit
import Postgres
import TestKit
import Testing

@testable import RateLimiting

@Suite struct RateLimiterTests {
    private static let limit = RateLimit("default", quota: 10, window: .seconds(3_600))
    private static let settings: RateLimitSettings = {
        var settings = RateLimitSettings()
        settings.requests = 10
        return settings
    }()

    private struct FixedClock: WallClock {
        let now: Timestamp
    }

    private func limiter(_ database: PostgresPool, at now: Timestamp = Timestamp(microseconds: 1_800_000_000_000_000))
        -> RateLimiter
    {
        RateLimiter(Self.settings, sharing: database, clock: FixedClock(now: now))
    }

    @Test func processesOfAnAPICountTogether() async throws {
        try await TestDatabase.with(migrator: "OrderMigrator") { database in
            let first = limiter(database.pool)
            let second = limiter(database.pool)
            let admitted = (0..<7).count { _ in first.admit("ann", by: Self.limit).isAdmitted }
            let remaining = second.admit("ann", by: Self.limit).remaining
            #expect(admitted == 7 && remaining == 9)
            try await first.exchange()
            try await second.exchange()
            #expect(second.admit("ann", by: Self.limit).remaining == 1)
            #expect(second.admit("bob", by: Self.limit).remaining == 9)
            try await second.exchange()
            _ = first.admit("ann", by: Self.limit)
            try await first.exchange()
            #expect(!first.admit("ann", by: Self.limit).isAdmitted)
            #expect(first.admit("bob", by: Self.limit).remaining == 9)
        }
    }

    @Test func manyCallersAtOnceAreExchangedByTwoProcessesWithoutAnError() async throws {
        try await TestDatabase.with(migrator: "OrderMigrator") { database in
            let limiters = [limiter(database.pool), limiter(database.pool)]
            for _ in 0..<5 {
                for limiter in limiters {
                    for number in 0..<500 { _ = limiter.admit("caller \(number)", by: Self.limit) }
                }
                async let first: Void = limiters[0].exchange()
                async let second: Void = limiters[1].exchange()
                _ = try await (first, second)
            }
            let sum = try await database.pool.first("SELECT sum(requests)::bigint FROM request_counts") {
                try $0.integer(0)
            }
            #expect(sum == 5_000)
        }
    }

    @Test func whileTheDatabaseIsAwayAProcessCountsForItself() async throws {
        try await TestDatabase.with(migrator: "OrderMigrator") { database in
            try await database.withProxy { proxy, url in
                let pool = PostgresPool(PostgresSettings(url: url, poolSize: 1, applicationName: "limits"))
                let limiter = limiter(pool)
                for _ in 0..<4 { _ = limiter.admit("ann", by: Self.limit) }
                proxy.goAway(true)
                await #expect(throws: PostgresError.self) { try await limiter.exchange() }
                #expect(limiter.admit("ann", by: Self.limit).remaining == 5)
                let admitted = (0..<10).count { _ in limiter.admit("ann", by: Self.limit).isAdmitted }
                #expect(admitted == 5)
                await pool.close()
            }
        }
    }

    @Test func whatIsOverIsForgotten() async throws {
        try await TestDatabase.with(migrator: "OrderMigrator") { database in
            let now = Timestamp(microseconds: 1_800_000_000_000_000)
            let early = limiter(database.pool, at: now)
            _ = early.admit("ann", by: Self.limit)
            try await early.exchange()
            try await early.forgetOldWindows()
            func kept() async throws -> Int? {
                try await database.pool.first("SELECT count(*) FROM request_counts") { try $0.integer(0) }
            }
            #expect(try await kept() == 1)
            let late = limiter(database.pool, at: now + .seconds(7_200))
            try await late.forgetOldWindows()
            #expect(try await kept() == 0)
        }
    }
}
