import AMQP
import DomainKit
import Lifecycle
import Locking
import Messaging
import Postgres
import TestKit
import Testing

/// A clock that is set back while the process runs.
@Suite(.timeLimit(.minutes(2))) struct ClockTests {
    /// Each event is a day older than the one before, and so is its id. Only the order of writing counts.
    @Test func eventsWrittenWhileTheClockStepsBackKeepTheirOrder() async throws {
        try await MessagingBench.with { bench in
            try await bench.declareQueues()
            let units = PostgresUnitOfWorkProvider(bench.pool, clock: BackwardClock())
            let parcel = EntityID.v7()
            for number in 0..<20 {
                try await units.perform { work in
                    try await work.publish(ParcelSent(parcel, number), cause: MessagingBench.cause)
                }
            }
            let ids = try await bench.pool.query("SELECT message_id FROM outbox ORDER BY seq") { try $0.id(0) }
            #expect(ids == ids.sorted(by: >))
            try await bench.running(bench.relay()) {
                try await eventually("the outbox is empty") { try await bench.outboxCount() == 0 }
            }
            let messages = try await bench.vhost.take(20, from: bench.parcels.queue)
            #expect(messages.map(\.properties.messageID) == ids.map(\.description))
        }
    }

    /// From id to id the messages are a day older, some far outside of what the inbox is laid out for.
    @Test func messagesOfAnyTimeAreHandledOnceWhileTheClockStepsBack() async throws {
        try await MessagingBench.with { bench in
            let now = SystemClock().now
            let messages = (0..<40).map { number in
                bench.message(
                    ParcelSent(.v7(), number), id: .v7(at: now + .seconds(86_400 * 20) - .seconds(86_400 * number)))
            }
            let consumer = bench.consumer(clock: BackwardClock())
            try await bench.running(consumer) {
                try await bench.send(messages + messages)
                try await bench.send(messages)
                let count = bench.metrics.counter("consumer_messages_total", help: "")
                try await eventually("all copies are known") {
                    count.value(["queue": bench.parcels.queue, "outcome": "duplicate"]) == 80
                }
            }
            #expect(try await bench.handled() == Array(0..<40))
        }
    }

    /// Each attempt fails a day before the one before. Attempts are counted, not timed.
    @Test func aMessageThatFailsWhileTheClockStepsBackHasAllItsAttempts() async throws {
        try await MessagingBench.with { bench in
            let consumer = bench.consumer(clock: BackwardClock(), before: { _ in throw HandlerFailed() })
            let collector = DeadLetterCollector(
                bench.parcels, on: bench.vhost.broker(), into: bench.pool, logger: bench.logger,
                clock: BackwardClock(), metrics: bench.metrics)
            try await bench.running(consumer, collector) {
                try await bench.send([bench.message(ParcelSent())])
                let letter = try #require(try await bench.letters(1).first)
                #expect(letter.attempts == 3)
                #expect(letter.firstFailedAt > letter.lastFailedAt)
            }
        }
    }
}

/// Whoever asks is told a time that is a day before the last one.
private final class BackwardClock: WallClock {
    private let time = Mutex(SystemClock().now)

    var now: Timestamp {
        time.withLock { time in
            time = time - .seconds(86_400)
            return time
        }
    }
}
