import DomainKit
import Messaging
import Postgres
import Testing

@Suite(.timeLimit(.minutes(2))) struct GenericPlanTests {
    private static let sql = "SELECT count(*) FROM handled WHERE number = ANY($1::int[])"

    /// How often the statement was run with a plan for any values, and with one for the values at hand.
    private func plans(_ database: some PostgresStatements) async throws -> [Int]? {
        try await database.first(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement = $1", [.text(Self.sql)]
        ) { [try $0.integer(0), try $0.integer(1)] }
    }

    @Test func aUnitOfWorkKeepsItsPlansHoweverShortItsArraysAndNobodyElseMust() async throws {
        try await MessagingBench.with { bench in
            let pool = PostgresPool(bench.database.settings(poolSize: 1))
            let units = PostgresUnitOfWorkProvider(pool)
            for _ in 1...3 {
                try await units.perform { _ = try await $0.sql.first(Self.sql, [.ints([1])]) { try $0.integer(0) } }
            }
            let inWork = try await plans(pool)
            #expect(inWork == [3, 0])
            _ = try await pool.first(Self.sql, [.ints([1])]) { try $0.integer(0) }
            let outside = try await plans(pool)
            #expect(outside == [3, 1])
            await pool.close()
        }
    }
}
