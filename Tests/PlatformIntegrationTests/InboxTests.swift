import DomainKit
import Messaging
import Postgres
import TestKit
import Testing

@Suite(.timeLimit(.minutes(2))) struct InboxTests {
    @Test func whatIsTooOldToComeAgainIsForgottenAndNothingElse() async throws {
        try await MessagingBench.with { bench in
            let now = SystemClock().now
            let ages: [Duration] = [.zero, .seconds(15 * 86_400), .seconds(17 * 86_400), .seconds(100 * 86_400)]
            for age in ages {
                try await bench.pool.execute(
                    "INSERT INTO processed_messages (consumer, message_id, processed_at) VALUES ('a', $1, $2)",
                    [.id(.v7(at: now - age)), .timestamp(now - age)])
            }
            // A dead letter of long ago that was redriven today.
            try await bench.pool.execute(
                "INSERT INTO processed_messages (consumer, message_id) VALUES ('a', $1)",
                [.id(.v7(at: now - .seconds(50 * 86_400)))])
            let retention = InboxRetention(bench.pool)
            #expect(try await retention.prune() == 2)
            #expect(try await retention.prune() == 0)
            let left = try await bench.pool.first("SELECT count(*) FROM processed_messages") { try $0.integer(0) }
            #expect(left == 3)
        }
    }

    @Test func manyOldOnesGoInSeveralRounds() async throws {
        try await MessagingBench.with { bench in
            try await bench.pool.execute(
                """
                INSERT INTO processed_messages (consumer, message_id, processed_at)
                SELECT 'a', ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'epoch'
                FROM generate_series(1, 12000) AS n
                """)
            #expect(try await InboxRetention(bench.pool).prune() == 12_000)
        }
    }
}
