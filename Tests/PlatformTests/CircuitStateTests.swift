import Testing

@testable import Resilience

@Suite struct CircuitStateTests {
    private let start = ContinuousClock.now
    private var state = CircuitState(CircuitBreakerSettings())

    /// Makes a call that ends so; whether it was let through.
    private mutating func call(_ result: CircuitState.Result, after seconds: Int = 0) -> Bool {
        let now = start + .seconds(seconds)
        guard let permit = state.admit(at: now) else { return false }
        state.note(result, of: permit, at: now)
        return true
    }

    private mutating func calls(_ count: Int, _ result: CircuitState.Result) {
        for _ in 0..<count { _ = call(result) }
    }

    @Test mutating func aFewFailuresOpenNothing() {
        calls(9, .failure)
        #expect(state.phase == .closed)
        calls(1, .failure)
        #expect(state.phase == .open)
    }

    @Test mutating func halfOfTheLastTwentyOpen() {
        calls(20, .success)
        calls(9, .failure)
        #expect(state.phase == .closed)
        calls(1, .failure)
        #expect(state.phase == .open)
    }

    @Test mutating func failuresThatAreLongPastCountNoMore() {
        calls(9, .success)
        calls(8, .failure)
        // Seventeen are seen; the next twenty push the failures out.
        calls(20, .success)
        calls(9, .failure)
        #expect(state.phase == .closed)
    }

    @Test mutating func aSuccessOpensNothing() {
        calls(9, .failure)
        let isMade = call(.success)
        #expect(isMade && state.phase == .closed)
        calls(1, .failure)
        #expect(state.phase == .open)
    }

    @Test mutating func callsThatSayNothingCountForNothing() {
        calls(30, .nothing)
        #expect(state == CircuitState(CircuitBreakerSettings()))
    }

    @Test mutating func openLetsNothingThroughUntilThePauseIsOver() {
        calls(10, .failure)
        let early = call(.success, after: 9)
        #expect(!early)
        let probe = call(.success, after: 10)
        #expect(probe && state.phase == .closed)
    }

    @Test mutating func aProbeThatSucceedsForgetsWhatFailedBefore() {
        calls(10, .failure)
        _ = call(.success, after: 10)
        calls(9, .failure)
        #expect(state.phase == .closed)
    }

    @Test mutating func aProbeThatFailsOpensForAsLongAgain() {
        calls(10, .failure)
        let probe = call(.failure, after: 10)
        #expect(probe && state.phase == .open)
        let early = call(.success, after: 19)
        #expect(!early)
        let next = call(.success, after: 20)
        #expect(next && state.phase == .closed)
    }

    @Test mutating func aProbeThatSaysNothingLeavesTheNextCallToTry() {
        calls(10, .failure)
        let probe = call(.nothing, after: 10)
        #expect(probe && state.phase == .open)
        let next = call(.success, after: 10)
        #expect(next && state.phase == .closed)
    }

    @Test mutating func halfOpenLetsOneCallThrough() {
        calls(10, .failure)
        let later = start + .seconds(10)
        let probe = state.admit(at: later)
        #expect(probe != nil && state.phase == .halfOpen)
        #expect(state.admit(at: later + .seconds(60)) == nil)
    }

    @Test mutating func aCallFromBeforeDecidesNothing() {
        let old = state.admit(at: start)
        let older = state.admit(at: start)
        calls(10, .failure)
        let later = start + .seconds(10)
        let probe = state.admit(at: later)
        if let old, let older, let probe {
            state.note(.success, of: old, at: later)
            state.note(.failure, of: older, at: later)
            #expect(state.phase == .halfOpen)
            state.note(.success, of: probe, at: later)
        }
        #expect(state.phase == .closed)
    }
}
