import Locking
import Tracing

/// Handles concurrent requests together: what arrives while batches are in flight becomes the next batch.
///
/// A request that comes alone starts at once. Under load, batches grow by themselves, and the cost that each has, such as
/// a commit, is shared by all that are in it. No clock is involved.
///
/// A batch that fails is halved until what fails fails alone, so no request can fail because of its neighbours. Where the
/// failure says that something needed is away (``TemporarilyUnavailable``), all get it instead.
public final class Gatherer<Request: Sendable, Outcome: Sendable>: Sendable {
    /// Handles a batch wholly or not at all.
    /// - Returns: an outcome for each request, in their order.
    public typealias Work = @Sendable (_ batch: [Request]) async throws -> [Outcome]

    private typealias Caller = CheckedContinuation<Outcome, any Error>

    private struct Entry {
        let number: Int
        let request: Request
        /// What the caller is at work for, where that is recorded.
        let span: Span?
    }

    private struct State {
        var queue: [Entry] = []
        /// Those who still want an outcome, queued or in flight.
        var callers: [Int: Caller] = [:]
        var lastNumber = 0
        var inFlight = 0
    }

    private let settings: GathererSettings
    private let work: Work
    private let state = Mutex(State())

    public init(_ settings: GathererSettings = .init(), work: @escaping Work) {
        self.settings = settings
        self.work = work
    }

    /// How many requests wait for their batch.
    public var queued: Int { state.withLock { $0.queue.count } }

    /// Handles `request`, alone or together with others.
    ///
    /// A cancelled caller gets its error at once. Its request is dropped while it is queued; the batch in flight goes on
    /// for the sake of the others, so the request may still be handled.
    /// - Throws: what the work threw for this request, ``GathererIsFull``, or `CancellationError`.
    public func callAsFunction(_ request: Request) async throws -> Outcome {
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation {
                join(Entry(number: number, request: request, span: Span.current), $0)
            }
        } onCancel: {
            leave(number)
        }
    }

    private func join(_ entry: Entry, _ caller: Caller) {
        var startsBatch = false
        let refusal: (any Error)? = state.withLock { state in
            // A cancellation before this is seen here, one after this finds the caller.
            if Task.isCancelled { return CancellationError() }
            if state.queue.count >= settings.queueLimit { return GathererIsFull() }
            state.queue.append(entry)
            state.callers[entry.number] = caller
            startsBatch = state.inFlight < settings.batchesInFlight
            if startsBatch { state.inFlight += 1 }
            return nil
        }
        if let refusal { return caller.resume(throwing: refusal) }
        // Detached: a batch is nobody's own, neither by priority nor by cancellation.
        if startsBatch { Task.detached { await self.handleQueue() } }
    }

    private func leave(_ number: Int) {
        let caller = state.withLock { state in
            let caller = state.callers.removeValue(forKey: number)
            if caller != nil { state.queue.removeAll { $0.number == number } }
            return caller
        }
        caller?.resume(throwing: CancellationError())
    }

    /// Handles batch after batch until nothing is queued.
    private func handleQueue() async {
        while let batch = takeBatch() { await handle(batch[...]) }
    }

    private func takeBatch() -> [Entry]? {
        state.withLock { state in
            guard !state.queue.isEmpty else {
                state.inFlight -= 1
                return nil
            }
            let batch = Array(state.queue.prefix(settings.batchSize))
            state.queue.removeFirst(batch.count)
            return batch
        }
    }

    private func handle(_ batch: ArraySlice<Entry>) async {
        do {
            let outcomes = try await Span.shared(by: batch.compactMap(\.span), as: "gathered") {
                try await work(batch.map(\.request))
            }
            guard outcomes.count == batch.count else { throw OutcomesMissing() }
            for (caller, outcome) in zip(take(callersOf: batch), outcomes) { caller?.resume(returning: outcome) }
        } catch  where batch.count == 1 || error.meansTemporarilyUnavailable || error is OutcomesMissing {
            for caller in take(callersOf: batch) { caller?.resume(throwing: error) }
        } catch {
            // Whoever has left since then need not be tried again.
            let wanted = state.withLock { state in batch.filter { state.callers[$0.number] != nil } }
            let middle = wanted.count / 2
            for half in [wanted[..<middle], wanted[middle...]] where !half.isEmpty { await handle(half) }
        }
    }

    /// The callers of a batch, in its order; nil for one that has left.
    private func take(callersOf batch: ArraySlice<Entry>) -> [Caller?] {
        state.withLock { state in batch.map { state.callers.removeValue(forKey: $0.number) } }
    }
}

/// The bounds of a ``Gatherer``. How the defaults were found is told in `docs/performance.md`.
public struct GathererSettings: Sendable {
    /// The most requests in one batch.
    public var batchSize = 128
    /// How many batches are in flight at once, at most.
    public var batchesInFlight = 2
    /// How many requests wait for their batch, at most; further ones are refused with ``GathererIsFull``.
    public var queueLimit = 1_024

    public init() {}
}

/// More requests wait than can be handled soon.
public struct GathererIsFull: TemporarilyUnavailable {
    public let isTemporarilyUnavailable = true
}

/// The work broke its promise of an outcome for each request. Trying again would do twice what it did.
private struct OutcomesMissing: Error {}
