import DomainKit
import Lifecycle
import Observability
import Postgres
import TestKit
import Testing

@testable import Messaging

@Suite(.timeLimit(.minutes(2))) struct SchedulerTests {
    /// Would catch a claim that another worker does not see, and one that is committed before the work.
    @Test func whatIsDueIsDoneOnceHoweverManyWorkersLookAtOnce() async throws {
        try await SchedulerBench.with { bench in
            try await bench.add(300)
            try await withThrowingTaskGroup { group in
                for _ in 0..<6 { group.addTask { try await bench.worker(batchSize: 7).look() } }
                try await group.waitForAll()
            }
            #expect(try await bench.count("SELECT count(*) FROM deeds") == 300)
            #expect(try await bench.count("SELECT count(DISTINCT id) FROM deeds") == 300)
            let entries = try await bench.entries(.done)
            #expect(entries.count == 300)
            #expect(entries.allSatisfy { $0.outcome == "done by the test" && $0.doneAt == bench.clock.now })
            // What is done needs its data no more, which may be about a person.
            #expect(try await bench.count("SELECT count(*) FROM scheduled_work WHERE data::text <> '{}'") == 0)
        }
    }

    @Test func whoeverDoesTheWorkGetsAllThatWasPutIn() async throws {
        try await SchedulerBench.with { bench in
            let work = try await bench.add()
            try await bench.worker { due, _ in #expect(due == work) }.look()
            #expect(try await bench.entries(.done).count == 1)
        }
    }

    @Test func nothingIsDoneBeforeItsTime() async throws {
        try await SchedulerBench.with { bench in
            try await bench.add(dueIn: .seconds(5))
            let worker = bench.worker()
            #expect(try await worker.look() <= .seconds(5))
            #expect(try await bench.entries().map(\.state) == [.waiting])
            bench.clock.advance(by: .seconds(5))
            #expect(try await worker.look() <= .seconds(15))
            #expect(try await bench.entries().map(\.state) == [.done])
        }
    }

    /// The session of a worker ends between doing the work and the commit, as where the worker is killed.
    @Test func theWorkOfAWorkerThatDiesIsUndoneAndDoneByAnother() async throws {
        try await SchedulerBench.with { bench in
            try await bench.add(3)
            let dying = bench.worker { _, work in
                try await work.sql.execute("SELECT pg_terminate_backend(pg_backend_pid())")
            }
            await #expect(throws: (any Error).self) { try await dying.look() }
            #expect(try await bench.count("SELECT count(*) FROM deeds") == 0)
            #expect(try await bench.entries().allSatisfy { $0.state == .waiting && $0.failures == 0 })
            try await bench.worker().look()
            #expect(try await bench.count("SELECT count(*) FROM deeds") == 3)
        }
    }

    @Test func whatFailsIsTriedLaterAndLaterAndKeepsNoneOfTheOthers() async throws {
        try await SchedulerBench.with { bench in
            let bad = try #require(try await bench.add(5).dropFirst(2).first)
            let worker = bench.worker { due, _ in
                if due.contains(where: { $0.id == bad.id }) { throw SchedulerBench.Poison() }
            }
            try await worker.look()
            #expect(try await bench.entries(.done).count == 4)
            #expect(try await bench.count("SELECT count(*) FROM deeds") == 4)
            for (failures, pause) in [(1, 30), (2, 60), (3, 120)] {
                let entry = try #require(try await bench.entries(.failing).first)
                #expect(entry.id == bad.id && entry.failures == failures && entry.dueAt == bad.dueAt)
                #expect(entry.lastError?.contains("Poison") == true)
                #expect(entry.nextTryAt == bench.clock.now + .seconds(pause))
                try await worker.look()
                #expect(try await bench.entries(.failing).first?.failures == failures)
                bench.clock.advance(by: .seconds(pause))
                if failures < 3 { try await worker.look() }
            }
            try await bench.worker().look()
            let entry = try #require(try await bench.entries(.done).first { $0.id == bad.id })
            #expect(entry.failures == 3 && entry.outcome == "done by the test")
        }
    }

    /// A statement that nobody waits for fails with the commit: it is the work's fault all the same.
    @Test func whatFailsAtTheCommitCountsAsAFailureOfTheWork() async throws {
        try await SchedulerBench.with { bench in
            try await bench.add(2)
            try await bench.worker { due, work in
                try await work.sql.enqueue("INSERT INTO deeds (id) VALUES ($1)", [.id(due.first?.id)])
            }.look()
            #expect(try await bench.entries(.failing).map(\.failures) == [1, 1])
            #expect(try await bench.count("SELECT count(*) FROM deeds") == 0)
        }
    }

    @Test func workIsInTheScheduleOnceAndNeverDoneAgain() async throws {
        try await SchedulerBench.with { bench in
            let work = try await bench.add()
            let again = work.map {
                ScheduledWork(
                    id: .v7(), kind: $0.kind, about: $0.about, dueAt: $0.dueAt + .seconds(1), data: "{}",
                    cause: $0.cause)
            }
            for _ in 0..<2 {
                try await bench.units.perform { try await PostgresSchedule().add(again + again, in: $0) }
                bench.clock.advance(by: .seconds(2))
                try await bench.worker().look()
            }
            #expect(try await bench.entries().map(\.id) == work.map(\.id))
            #expect(try await bench.count("SELECT count(*) FROM deeds") == 1)
        }
    }

    @Test func whatIsCalledOffIsNotDone() async throws {
        try await SchedulerBench.with { bench in
            let work = try await bench.add(2)
            let about = Set(work.prefix(1).compactMap(\.about))
            for reason in ["changed its mind", "again"] {
                try await bench.units.perform {
                    try await PostgresSchedule().callOff(SchedulerBench.kind, about: about, because: reason, in: $0)
                }
            }
            try await bench.worker().look()
            #expect(try await bench.count("SELECT count(*) FROM deeds") == 1)
            let entries = try await bench.entries(.done)
            #expect(Set(entries.compactMap(\.outcome)) == ["changed its mind", "done by the test"])
        }
    }

    @Test func whatWasDoneIsForgottenAfterItsTime() async throws {
        try await SchedulerBench.with { bench in
            try await bench.add(3)
            try await bench.worker().look()
            bench.clock.advance(by: .seconds(1))
            try await bench.add(dueIn: .seconds(60))
            try await bench.database.pool.execute(
                """
                UPDATE scheduled_work SET done_at = done_at - interval '31 days'
                WHERE ctid IN (SELECT ctid FROM scheduled_work WHERE done_at IS NOT NULL LIMIT 2)
                """)
            let rule = RetentionRule.scheduledWork(kept: .seconds(30 * 86_400))
            #expect(try await Retention(of: [rule], in: bench.database.pool).apply(rule) == 2)
            #expect(try await bench.entries().map(\.state) == [.waiting, .done])
        }
    }

    @Test func theListIsReadByKindAndStateAndPageByPage() async throws {
        try await SchedulerBench.with { bench in
            try await bench.add(3)
            try await bench.worker().look()
            bench.clock.advance(by: .seconds(1))
            let waiting = try await bench.add(4, dueIn: .seconds(60)).map(\.id)
            let first = try await bench.log.entries(kind: nil, state: .waiting, before: nil, limit: 3)
            let rest = try await bench.log.entries(kind: nil, state: .waiting, before: first.last?.id, limit: 3)
            #expect((first + rest).map(\.id) == waiting.sorted(by: >))
            #expect(try await bench.entries(.done, kind: SchedulerBench.kind).count == 3)
            #expect(try await bench.entries(kind: "nothing").isEmpty)
            #expect(try await bench.entries(.failing).isEmpty)
        }
    }

    @Test func theMetricsTellForHowLongWorkHasWaited() async throws {
        try await SchedulerBench.with { bench in
            let metrics = MetricsRegistry()
            let failing = bench.scheduler(
                of: .once(SchedulerBench.kind, handler: bench.handler { _, _ in throw SchedulerBench.Poison() }),
                metrics: metrics)
            let age = #"scheduled_work_due_age_seconds{kind="deed"}"#
            #expect(metrics.exposition().contains("\(age) 0"))
            try await bench.add()
            try await failing.look()
            bench.clock.advance(by: .seconds(20))
            #expect(metrics.exposition().contains("\(age) 20"))
            #expect(metrics.exposition().contains(#"scheduled_work_total{kind="deed",outcome="failed"} 1"#))
            bench.clock.advance(by: .seconds(20))
            try await bench.worker().look()
            try await failing.look()
            #expect(metrics.exposition().contains("\(age) 0"))
        }
    }

    @Test func aSchedulerThatRunsDoesWhatComesDue() async throws {
        try await SchedulerBench.with { bench in
            try await bench.add(dueIn: .seconds(1))
            let shutdown = ShutdownSignal()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await bench.worker().run(until: shutdown) }
                defer { shutdown.trigger() }
                try await Task.sleep(for: .milliseconds(50))
                bench.clock.advance(by: .seconds(1))
                try await eventually("it is done") { try await bench.entries(.done).count == 1 }
            }
        }
    }
}
