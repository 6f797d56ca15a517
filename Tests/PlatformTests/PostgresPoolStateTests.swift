import Testing

@testable import Postgres

@Suite struct PostgresPoolStateTests {
    private let start = ContinuousClock.now

    private func full(limit: Int) -> PoolState<Int, String> {
        var state = PoolState<Int, String>(limit: limit)
        for number in 0..<limit { #expect(state.take { number } == number) }
        return state
    }

    @Test func resourcesAreMadeUpToTheLimitAndTheWarmestIsTakenFirst() {
        var state = full(limit: 3)
        #expect(state.take { 99 } == nil)
        #expect(state.giveBack(0, isWarm: true) == nil)
        #expect(state.giveBack(1, isWarm: true) == nil)
        #expect(state.giveBack(2, isWarm: false) == nil)
        #expect(state.take { 99 } == 1)
        #expect(state.take { 99 } == 0)
        #expect(state.take { 99 } == 2)
        #expect(state.take { 99 } == nil)
    }

    @Test func theLongestWaiterIsServedFirstAndThoseWhoLeftAreSkipped() {
        var state = full(limit: 1)
        for (number, name) in ["a", "b", "c"].enumerated() {
            state.wait(name, number: number, until: start + .seconds(number))
        }
        #expect(state.leave(0) == "a")
        #expect(state.leave(0) == nil)
        #expect(state.giveBack(0, isWarm: true) == "b")
        #expect(state.leave(1) == nil)
        #expect(state.giveBack(0, isWarm: false) == "c")
        #expect(state.giveBack(0, isWarm: true) == nil)
        #expect(state.take { 99 } == 0)
    }

    @Test func thoseWhoseTimeIsOverAreSentAway() {
        var state = full(limit: 1)
        for (number, name) in ["a", "b", "c"].enumerated() {
            state.wait(name, number: number, until: start + .seconds(number + 1))
        }
        let early = state.expire(at: start)
        #expect(early.expired == [] && early.next == start + .seconds(1))
        let later = state.expire(at: start + .seconds(2))
        #expect(later.expired == ["a", "b"] && later.next == start + .seconds(3))
        #expect(state.leave(2) == "c")
        let last = state.expire(at: start + .seconds(2))
        #expect(last.expired == [] && last.next == nil)
    }

    @Test func aClosedPoolSendsWaitersAwayAndKeepsNothing() {
        var state = full(limit: 2)
        state.wait("a", number: 1, until: start)
        #expect(state.giveBack(0, isWarm: true) == "a")
        #expect(state.giveBack(0, isWarm: true) == nil)
        state.wait("b", number: 2, until: start)
        let (waiters, idle) = state.close()
        #expect(waiters == ["b"] && idle == [0])
        #expect(state.isClosed)
        #expect(state.giveBack(1, isWarm: true) == nil)
        #expect(state.close().idle == [])
    }
}
