import DomainKit
import JSON
import Lifecycle
import Observability
import TestKit
import Testing

@testable import Messaging

/// What is told of an outbox and of what was committed to it.
@Suite(.timeLimit(.minutes(2))) struct OutboxWatchTests {
    @Test func howManyWaitAndHowOldTheOldestIsIsToldAlsoWhenNobodyRelays() async throws {
        try await MessagingBench.with { bench in
            let metrics = MetricsRegistry()
            let clock = FixedClock(SystemClock().now + .seconds(90))
            let watch = OutboxWatch(bench.pool, countLimit: 3, clock: clock, metrics: metrics)
            #expect(!metrics.exposition().contains("\noutbox_unpublished_messages "))
            try await watch.look()
            #expect(metrics.exposition().contains("\noutbox_unpublished_messages 0\n"))
            #expect(metrics.exposition().contains("\noutbox_oldest_unpublished_age_seconds 0\n"))
            try await bench.publish(ParcelSent(), ParcelSent())
            try await watch.look()
            #expect(metrics.exposition().contains("\noutbox_unpublished_messages 2\n"))
            let age = try #require(
                metrics.exposition().firstMatch(of: #/\noutbox_oldest_unpublished_age_seconds (\d+)/#))
            let seconds = try #require(Int(age.1))
            #expect((1...90).contains(seconds))
        }
    }

    @Test func beyondTheLimitAnEstimateIsToldThatIsNeverLess() async throws {
        try await MessagingBench.with { bench in
            let metrics = MetricsRegistry()
            let watch = OutboxWatch(bench.pool, countLimit: 3, metrics: metrics)
            try await bench.publish((0..<9).map { _ in ParcelSent() })
            try await watch.look()
            let told = try #require(metrics.exposition().firstMatch(of: #/\noutbox_unpublished_messages (\d+)/#))
            let count = try #require(Int(told.1))
            #expect((3...9).contains(count))
        }
    }

    @Test func eachEventThatWasCommittedIsALineAndOneThatWasNotIsNone() async throws {
        try await MessagingBench.with { bench in
            let units = PostgresUnitOfWorkProvider(bench.pool, logger: bench.logger)
            let (kept, lost) = (EntityID.v7(), EntityID.v7())
            try await units.perform { work in
                for number in 0..<2 { try await work.publish(ParcelSent(kept, number), cause: MessagingBench.cause) }
            }
            await #expect(throws: HandlerFailed.self) {
                try await units.perform { work in
                    try await work.publish(ParcelSent(lost), cause: MessagingBench.cause)
                    throw HandlerFailed()
                }
            }
            let lines = try bench.log.lines.map { try JSONValue(parsing: Array($0.utf8)) }
            #expect(lines.count == 2)
            for line in lines {
                #expect(line["body"] == .string("event committed"))
                #expect(line["event"] == .string("ParcelSent"))
                #expect(line["parcel_id"] == .string(kept.description))
                #expect(line["correlation_id"] == .string("test"))
                #expect(line["trace_id"] == .string("4bf92f3577b34da6a3ce929d0e0e4736"))
                #expect(line["span_id"] == .string("00f067aa0ba902b7"))
            }
            #expect(Set(lines.compactMap { $0["message_id"]?.stringValue }).count == 2)
        }
    }

    @Test func whatFollowsTheCommitHappensOnceAndOnlyWhenItCommits() async throws {
        try await MessagingBench.with { bench in
            let done = Box(0)
            let attempts = Box(0)
            try await bench.provider().perform { work in
                work.afterCommit { done.update { $0 += 1 } }
                attempts.update { $0 += 1 }
                guard attempts.value > 1 else {
                    // As a transaction that lost to another.
                    _ = try await work.sql.execute("DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '40001'; END $$")
                    return
                }
                #expect(done.value == 0)
            }
            #expect(attempts.value == 2 && done.value == 1)
            await #expect(throws: HandlerFailed.self) {
                try await bench.provider().perform { work in
                    work.afterCommit { done.update { $0 += 1 } }
                    throw HandlerFailed()
                }
            }
            #expect(done.value == 1)
        }
    }
}
