import DomainKit
import Locking
import Testing

@Suite struct GathererTests {
    @Test func aLoneRequestStartsAtOnce() async throws {
        let work = HeldWork(isOpen: true)
        let gatherer = Gatherer(work: work.callAsFunction)
        for request in 1...5 { #expect(try await gatherer(request) == -request) }
        #expect(work.batches == [[1], [2], [3], [4], [5]])
    }

    @Test func whatArrivesMeanwhileGoesTogetherInItsOrder() async throws {
        try await withBusyGatherer { gatherer, work, callers in
            for request in 1...9 { await callers.call(request, of: gatherer) }
            work.open()
            let allGetTheirOwn = try await callers.allGetTheirOwn()
            #expect(allGetTheirOwn)
            #expect(work.batches == [[0], Array(1...9)])
        }
    }

    @Test func aBatchHasALimit() async throws {
        var settings = GathererSettings()
        settings.batchSize = 4
        try await withBusyGatherer(settings) { gatherer, work, callers in
            for request in 1...10 { await callers.call(request, of: gatherer) }
            work.open()
            let allGetTheirOwn = try await callers.allGetTheirOwn()
            #expect(allGetTheirOwn)
            #expect(work.batches == [[0], [1, 2, 3, 4], [5, 6, 7, 8], [9, 10]])
        }
    }

    @Test func noMoreBatchesAreInFlightThanAllowed() async throws {
        var settings = GathererSettings()
        settings.batchesInFlight = 3
        settings.batchSize = 2
        let work = HeldWork(isOpen: true)
        let gatherer = Gatherer(settings, work: work.callAsFunction)
        let wrong = try await withThrowingTaskGroup(of: Bool.self) { group in
            for request in 0..<500 { group.addTask { try await gatherer(request) == -request } }
            return try await group.reduce(into: 0) { $0 += $1 ? 0 : 1 }
        }
        #expect(wrong == 0)
        #expect(work.mostAtOnce <= 3)
        #expect(work.batches.joined().sorted() == Array(0..<500))
    }

    @Test func aFaultyRequestFailsAlone() async throws {
        try await withBusyGatherer { gatherer, work, callers in
            work.refuse { $0.contains(7) || $0.contains(20) ? Refusal() : nil }
            for request in 1...30 { await callers.call(request, of: gatherer) }
            work.open()
            for (request, caller) in callers.all {
                switch await caller.result {
                case .success(let outcome): #expect(outcome == -request && request != 7 && request != 20)
                case .failure(let error): #expect(error is Refusal && (request == 7 || request == 20))
                }
            }
            #expect(work.handled.sorted() == (0...30).filter { $0 != 7 && $0 != 20 })
        }
    }

    @Test func whereSomethingIsAwayAllAreToldAndNothingIsTriedAgain() async throws {
        try await withBusyGatherer { gatherer, work, callers in
            work.refuse { $0 == [0] ? nil : Away() }
            for request in 1...5 { await callers.call(request, of: gatherer) }
            work.open()
            for (request, caller) in callers.all where request != 0 {
                await #expect(throws: Away.self) { try await caller.value }
            }
            #expect(work.batches.count == 2)
        }
    }

    @Test func whoLeavesTheQueueIsNotHandledAndDisturbsNobody() async throws {
        try await withBusyGatherer { gatherer, work, callers in
            for request in 1...5 { await callers.call(request, of: gatherer) }
            callers.all[3]?.cancel()
            await #expect(throws: CancellationError.self) { try await callers.all[3]?.value }
            #expect(gatherer.queued == 4)
            work.open()
            callers.all[3] = nil
            let allGetTheirOwn = try await callers.allGetTheirOwn()
            #expect(allGetTheirOwn)
            #expect(work.batches == [[0], [1, 2, 4, 5]])
        }
    }

    @Test func whoLeavesABatchInFlightGoesAtOnceAndTheBatchGoesOn() async throws {
        try await withBusyGatherer { gatherer, work, callers in
            callers.all[0]?.cancel()
            await #expect(throws: CancellationError.self) { try await callers.all[0]?.value }
            await callers.call(1, of: gatherer)
            work.open()
            let next = try await callers.all[1]?.value
            #expect(next == -1)
            #expect(work.handled == [0, 1])
            #expect(!work.wasCancelled)
        }
    }

    @Test func whoIsCancelledAlreadyIsNotHandled() async {
        let work = HeldWork(isOpen: true)
        let gatherer = Gatherer(work: work.callAsFunction)
        let caller = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await gatherer(1)
        }
        await #expect(throws: CancellationError.self) { try await caller.value }
        #expect(work.batches.isEmpty && gatherer.queued == 0)
    }

    @Test func beyondItsBoundTheQueueRefuses() async throws {
        var settings = GathererSettings()
        settings.queueLimit = 3
        try await withBusyGatherer(settings) { gatherer, work, callers in
            for request in 1...3 { await callers.call(request, of: gatherer) }
            let error = await #expect(throws: GathererIsFull.self) { try await gatherer(4) }
            #expect(error?.meansTemporarilyUnavailable == true)
            work.open()
            let allGetTheirOwn = try await callers.allGetTheirOwn()
            #expect(allGetTheirOwn)
        }
    }

    @Test func workThatForgetsAnOutcomeFailsForAllAndIsNotRepeated() async throws {
        let calls = Mutex(0)
        let gatherer = Gatherer<Int, Int> { _ in
            calls.withLock { $0 += 1 }
            return []
        }
        await #expect(throws: (any Error).self) { try await gatherer(1) }
        #expect(calls.withLock { $0 } == 1)
    }

    /// A gatherer, with the request 0 held in flight, so that what comes is queued.
    private func withBusyGatherer(
        _ settings: GathererSettings = .init(),
        _ body: (Gatherer<Int, Int>, HeldWork, Callers) async throws -> Void
    ) async throws {
        var settings = settings
        settings.batchesInFlight = 1
        let work = HeldWork(isOpen: false)
        let gatherer = Gatherer(settings, work: work.callAsFunction)
        let callers = Callers()
        defer { work.open() }
        callers.all[0] = Task { try await gatherer(0) }
        while work.batches.isEmpty { await Task.yield() }
        try await body(gatherer, work, callers)
    }
}

private struct Refusal: Error {}

private struct Away: TemporarilyUnavailable {
    let isTemporarilyUnavailable = true
}

/// Callers by their request.
private final class Callers {
    var all: [Int: Task<Int, any Error>] = [:]

    /// Whether every caller gets the outcome of its own request.
    func allGetTheirOwn() async throws -> Bool {
        for (request, caller) in all where try await caller.value != -request { return false }
        return true
    }

    /// Returns when the request is queued.
    func call(_ request: Int, of gatherer: Gatherer<Int, Int>) async {
        let queued = gatherer.queued
        all[request] = Task { try await gatherer(request) }
        while gatherer.queued == queued { await Task.yield() }
    }
}

/// Negates numbers, once it is opened.
private final class HeldWork: Sendable {
    private struct State {
        var isOpen: Bool
        var held: [CheckedContinuation<Void, Never>] = []
        var batches: [[Int]] = []
        var handled: [Int] = []
        var atOnce = 0
        var mostAtOnce = 0
        var wasCancelled = false
        var refusal: @Sendable ([Int]) -> (any Error)? = { _ in nil }
    }

    private let state: Mutex<State>

    init(isOpen: Bool) { state = Mutex(State(isOpen: isOpen)) }

    /// All batches that came, those that failed too.
    var batches: [[Int]] { state.withLock { $0.batches } }
    /// All requests that were handled without a failure.
    var handled: [Int] { state.withLock { $0.handled } }
    var mostAtOnce: Int { state.withLock { $0.mostAtOnce } }
    var wasCancelled: Bool { state.withLock { $0.wasCancelled } }

    func refuse(_ refusal: @escaping @Sendable ([Int]) -> (any Error)?) { state.withLock { $0.refusal = refusal } }

    func open() {
        let held = state.withLock { state in
            state.isOpen = true
            defer { state.held = [] }
            return state.held
        }
        for continuation in held { continuation.resume() }
    }

    func callAsFunction(_ batch: [Int]) async throws -> [Int] {
        state.withLock { state in
            state.batches.append(batch)
            state.atOnce += 1
            state.mostAtOnce = max(state.mostAtOnce, state.atOnce)
        }
        defer { state.withLock { $0.atOnce -= 1 } }
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.held.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
        await Task.yield()
        let refusal = state.withLock { state in
            state.wasCancelled = state.wasCancelled || Task.isCancelled
            let refusal = state.refusal(batch)
            if refusal == nil { state.handled += batch }
            return refusal
        }
        if let refusal { throw refusal }
        return batch.map(-)
    }
}
