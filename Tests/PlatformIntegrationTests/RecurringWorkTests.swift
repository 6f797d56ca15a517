import DomainKit
import Postgres
import TestKit
import Testing

@testable import Messaging

/// Work that comes again, here every hour.
@Suite(.timeLimit(.minutes(2))) struct RecurringWorkTests {
    private static let hour = Int64(3_600_000_000)

    /// The first full hour after a time, and so many minutes.
    private static func hourly(_ minutes: Int64 = 0) -> @Sendable (Timestamp) -> Timestamp {
        { time in
            let offset = minutes * 60_000_000
            return Timestamp(microseconds: ((time.microseconds - offset) / hour + 1) * hour + offset)
        }
    }

    private func worker(_ bench: SchedulerBench, minutes: Int64 = 0) -> Scheduler {
        bench.scheduler(of: .recurring("hourly", next: Self.hourly(minutes), handler: bench.handler()))
    }

    /// Would catch a plan that is made without looking for another's, and a day that is planned by each worker.
    @Test func itIsDoneOnceEachTimeHoweverManyWorkersThereAre() async throws {
        try await SchedulerBench.with { bench in
            for round in 1...5 {
                try await withThrowingTaskGroup { group in
                    for _ in 0..<6 {
                        group.addTask {
                            let worker = worker(bench)
                            try await worker.plan()
                            try await worker.look()
                        }
                    }
                    try await group.waitForAll()
                }
                #expect(try await bench.entries(.waiting).map(\.dueAt) == [Self.hourly()(bench.clock.now)])
                #expect(try await bench.count("SELECT count(*) FROM deeds") == round - 1)
                bench.clock.advance(by: .seconds(3_600))
            }
        }
    }

    @Test func timesThatNobodySawAreMadeUpForOnce() async throws {
        try await SchedulerBench.with { bench in
            try await worker(bench).plan()
            bench.clock.advance(by: .seconds(50 * 3_600))
            try await withThrowingTaskGroup { group in
                for _ in 0..<4 {
                    group.addTask {
                        let worker = worker(bench)
                        try await worker.plan()
                        try await worker.look()
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await bench.count("SELECT count(*) FROM deeds") == 1)
            #expect(try await bench.entries(.waiting).map(\.dueAt) == [Self.hourly()(bench.clock.now)])
        }
    }

    @Test func anotherTimeInTheSettingsTakesThePlaceOfTheOneThatWasPlanned() async throws {
        try await SchedulerBench.with { bench in
            try await worker(bench).plan()
            try await worker(bench, minutes: 20).plan()
            #expect(try await bench.entries().map(\.dueAt) == [Self.hourly(20)(bench.clock.now)])
        }
    }

    /// Where it fails it is tried again, and the time after that is planned once it was done.
    @Test func whatFailsIsDoneLaterAndGoesOnFromThere() async throws {
        try await SchedulerBench.with { bench in
            let failing = bench.scheduler(
                of: .recurring(
                    "hourly", next: Self.hourly(), handler: bench.handler { _, _ in throw SchedulerBench.Poison() }))
            try await failing.plan()
            bench.clock.advance(by: .seconds(3_600))
            try await failing.look()
            #expect(try await bench.entries().map(\.state) == [.failing])
            bench.clock.advance(by: .seconds(30))
            try await worker(bench).plan()
            try await worker(bench).look()
            #expect(try await bench.entries().map(\.state) == [.waiting, .done])
            #expect(try await bench.count("SELECT count(*) FROM deeds") == 1)
        }
    }
}
