import DomainKit
import Lifecycle
import Locking
import Observability
import Testing

@Suite struct ShutdownSignalTests {
    @Test func whoeverWaitsIsWokenAndLateComersAtOnce() async {
        let signal = ShutdownSignal()
        async let first: Void = signal.wait()
        async let second: Void = signal.wait()
        signal.trigger()
        _ = await (first, second)
        await signal.wait()
        #expect(signal.isTriggered)
    }

    @Test func aSleepEndsWithTheSignal() async {
        let signal = ShutdownSignal()
        let started = ContinuousClock.now
        async let goesOn = signal.sleep(for: .seconds(60))
        signal.trigger()
        #expect(await goesOn == false)
        #expect(ContinuousClock.now - started < .seconds(30))
    }

    @Test func aRemovedObserverIsNotCalled() {
        let signal = ShutdownSignal()
        let calls = Mutex(0)
        let token = signal.onTrigger { calls.withLock { $0 += 1 } }
        signal.removeObserver(token)
        signal.trigger()
        #expect(calls.withLock { $0 } == 0)
    }
}

@Suite struct LookingAgainTests {
    private struct Fault: Error {}
    private struct Away: TemporarilyUnavailable {
        let isTemporarilyUnavailable = true
    }

    /// Looks with these results in turn, as soon as can be.
    private func warnings(_ results: [(any Error)?]) async -> Int {
        let (sink, signal) = (MemorySink(), ShutdownSignal())
        var rest = results[...]
        await signal.lookAgain(
            every: .zero, logger: Logger(service: "test", sink: sink), complaint: "could not look"
        ) {
            let result = rest.popFirst() ?? nil
            defer { if rest.isEmpty { signal.trigger() } }
            if let result { throw result }
        }
        return sink.lines.count
    }

    @Test func failuresOneAfterTheOtherAreToldOnce() async {
        #expect(await warnings([nil, Fault(), Fault(), Fault(), nil, nil]) == 1)
        #expect(await warnings([Fault(), nil, Fault(), Fault(), nil]) == 2)
    }

    @Test func whatIsAwayIsToldByWhoConnectsToIt() async {
        #expect(await warnings([Away(), Away(), nil]) == 0)
        #expect(await warnings([Away(), Fault(), nil]) == 1)
    }

    @Test func whatTheEndInterruptsIsNoFailure() async {
        #expect(await warnings([nil, Fault()]) == 0)
    }
}

@Suite struct ThreadExecutorTests {
    private actor Counter {
        private let executor: ThreadExecutor
        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
        private(set) var count = 0

        init(on executor: ThreadExecutor) { self.executor = executor }

        func increment() { count += 1 }
    }

    /// Would catch a job that is lost between the queue and the thread, and two jobs that run at once.
    @Test func everyJobRunsAndNoTwoAtOnce() async {
        let executor = ThreadExecutor(name: "test")
        let counter = Counter(on: executor)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<2_000 { group.addTask { await counter.increment() } }
        }
        #expect(await counter.count == 2_000)
        executor.stop()
    }

    /// Would catch jobs that are dropped because their thread has ended: their tasks would wait for ever.
    @Test func jobsAfterTheStopStillRun() async {
        let executor = ThreadExecutor(name: "test")
        let counter = Counter(on: executor)
        for _ in 0..<200 {
            await counter.increment()
            executor.stop()
        }
        #expect(await counter.count == 200)
    }
}

@Suite struct ServiceGroupTests {
    private struct Part: Service {
        let name: String
        let log: Log
        var failsAtOnce = false
        var hangs = false

        struct Failure: Error {}

        func run(until shutdown: ShutdownSignal) async throws {
            if failsAtOnce { throw Failure() }
            await shutdown.wait()
            if hangs { try await Task.sleep(for: .seconds(3_600)) }
            log.add(name)
        }
    }

    private final class Log: Sendable {
        private let kept = Mutex<[String]>([])
        func add(_ name: String) { kept.withLock { $0.append(name) } }
        var names: [String] { kept.withLock { $0 } }
    }

    @Test func partsStopInReverseOrder() async {
        let log = Log()
        let shutdown = ShutdownSignal()
        let group = ServiceGroup(["a", "b", "c"].map { Part(name: $0, log: log) }, logger: .silent)
        async let outcome = group.run(until: shutdown)
        shutdown.trigger()
        #expect(await outcome == .stopped)
        #expect(log.names == ["c", "b", "a"])
    }

    @Test func aPartThatFailsStopsTheOthers() async {
        let log = Log()
        let parts = [Part(name: "a", log: log), Part(name: "b", log: log, failsAtOnce: true)]
        let outcome = await ServiceGroup(parts, logger: .silent).run(until: ShutdownSignal())
        #expect(outcome == .failed(service: "b", error: "Failure()"))
        #expect(log.names == ["a"])
    }

    @Test func aPartThatHangsIsLeftBehindInTime() async {
        let log = Log()
        let shutdown = ShutdownSignal()
        let parts = [Part(name: "a", log: log), Part(name: "b", log: log, hangs: true)]
        let group = ServiceGroup(parts, stopWithin: .milliseconds(50), logger: .silent)
        shutdown.trigger()
        #expect(await group.run(until: shutdown) == .timedOut(["a", "b"]))
    }
}

@Suite struct BackoffTests {
    @Test func waitsDoubleUpToTheLimitAndStartAgainAfterASuccess() {
        var backoff = Backoff(base: .milliseconds(100), limit: .seconds(1))
        let delays = (0..<6).map { _ in backoff.nextDelay() }
        for (delay, nominal) in zip(delays, [100, 200, 400, 800, 1_000, 1_000]) {
            #expect(delay >= .milliseconds(nominal) * 0.79 && delay <= .milliseconds(nominal) * 1.21)
        }
        backoff.reset()
        #expect(backoff.nextDelay() <= .milliseconds(121))
    }
}
