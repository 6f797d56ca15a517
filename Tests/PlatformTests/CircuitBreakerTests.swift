import Lifecycle
import Locking
import Observability
import Resilience
import Testing

@Suite struct CircuitBreakerTests {
    /// A clock that a test moves.
    private final class TestClock: Sendable {
        private let time = Mutex(ContinuousClock.now)

        var now: ContinuousClock.Instant { time.withLock { $0 } }
        func advance(_ duration: Duration) { time.withLock { $0 += duration } }
    }

    /// How often something was done.
    private final class Calls: Sendable {
        private let number = Mutex(0)

        var count: Int { number.withLock { $0 } }
        func add() { number.withLock { $0 += 1 } }
    }

    private struct Bench: Sendable {
        let clock = TestClock()
        let metrics = MetricsRegistry()
        let sink = MemorySink()
        let breaker: CircuitBreaker

        init() {
            breaker = CircuitBreaker(
                "test", logger: Logger(service: "test", sink: sink), metrics: metrics, now: { [clock] in clock.now })
        }

        /// Makes a call; nil where it was refused.
        func call(_ works: Bool) async -> Bool? {
            try? await breaker {
                works
            } verdict: {
                $0 ? .works : .fails
            }
        }

        func open() async {
            for _ in 0..<10 { _ = await call(false) }
        }

        var states: [String] {
            let gauge = metrics.gauge("circuit_breaker_state", help: "")
            return ["closed", "open", "half_open"].filter { gauge.value(["circuit": "test", "state": $0]) == 1 }
        }
    }

    @Test func itsStateIsAMetricAndEachChangeALine() async {
        let bench = Bench()
        #expect(bench.states == ["closed"] && !bench.breaker.isOpen)
        await bench.open()
        #expect(bench.states == ["open"] && bench.breaker.isOpen)
        let refused = await bench.call(true)
        #expect(refused == nil)
        bench.clock.advance(.seconds(10))
        let probe = await bench.call(true)
        #expect(probe == true)
        #expect(bench.states == ["closed"] && !bench.breaker.isOpen)
        let told = bench.sink.lines.map { line in
            ["circuit opened", "circuit is half open", "circuit closed"].first { line.contains($0) } ?? line
        }
        #expect(told == ["circuit opened", "circuit is half open", "circuit closed"])
    }

    /// Would catch a look at the state and a change of it that are not one step.
    @Test func ofManyCallsAtOnceOneAloneTries() async {
        let bench = Bench()
        for isLastToFail in [true, false] {
            await bench.open()
            bench.clock.advance(.seconds(10))
            let made = Calls()
            let over = ShutdownSignal()
            let refused = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<200 {
                    group.addTask {
                        do {
                            _ = try await bench.breaker {
                                made.add()
                                await over.wait()
                                return !isLastToFail
                            } verdict: {
                                $0 ? .works : .fails
                            }
                            return false
                        } catch {
                            return true
                        }
                    }
                }
                // All but the one that tries end before it does.
                var refused = 0
                for await isRefused in group {
                    refused += isRefused ? 1 : 0
                    if refused == 199 { over.trigger() }
                }
                return refused
            }
            #expect(refused == 199)
            #expect(made.count == 1)
            #expect(bench.states == [isLastToFail ? "open" : "closed"])
        }
    }

    @Test func retriesEndWithTheFirstGoodResult() async {
        let results = Mutex([false, false, true, true])
        let policy = RetryPolicy(attempts: 4, deadline: .seconds(60), backoff: Backoff(base: .milliseconds(1)))
        let result = await policy {
            !$0
        } _: { _ in
            results.withLock { $0.removeFirst() }
        }
        #expect(result)
        let left = results.withLock { $0 }
        #expect(left == [true])
    }

    @Test func retriesEndWithTheirNumber() async {
        let tries = Mutex(0)
        let policy = RetryPolicy(attempts: 3, deadline: .seconds(60), backoff: Backoff(base: .milliseconds(1)))
        let last = await policy {
            _ in
            true
        } _: { _ in
            tries.withLock { tries in
                tries += 1
                return tries
            }
        }
        #expect(last == 3)
    }

    @Test func retriesEndWhereThePauseWouldOutlastTheirTime() async {
        let left = Mutex<[Duration]>([])
        let policy = RetryPolicy(attempts: 3, deadline: .seconds(5), backoff: Backoff(base: .seconds(60)))
        _ = await policy {
            _ in
            true
        } _: { time in
            left.withLock { $0.append(time) }
            return false
        }
        let given = left.withLock { $0 }
        #expect(given.count == 1)
        #expect(given.allSatisfy { $0 <= .seconds(5) && $0 > .zero })
    }

    @Test func aCancelledTaskTriesNoMore() async {
        let tries = Calls()
        let policy = RetryPolicy(
            attempts: 3, deadline: .seconds(6_000), backoff: Backoff(base: .seconds(600), limit: .seconds(600)))
        let begun = ShutdownSignal()
        let task = Task {
            await policy {
                _ in
                true
            } _: { _ in
                tries.add()
                begun.trigger()
                return false
            }
        }
        await begun.wait()
        task.cancel()
        _ = await task.value
        #expect(tries.count == 1)
    }
}
