import Locking

/// Spans that wait to be exported: a bounded number of them. What is too much is dropped and counted, so that whoever
/// ends a span never waits.
public final class SpanQueue: Sendable {
    private struct State {
        var waiting: [SpanRecord] = []
        var dropped = 0
        var whenFull: (@Sendable () -> Void)?
    }

    /// How many spans wait at most.
    public let limit: Int
    /// How many are taken at once, at most.
    public let batchSize: Int
    private let state = Mutex(State())

    public init(limit: Int = 2_048, batchSize: Int = 512) {
        self.limit = limit
        self.batchSize = min(batchSize, limit)
    }

    /// Adds a span, or drops it where too many wait.
    func add(_ span: SpanRecord) {
        let action: (@Sendable () -> Void)? = state.withLock { state in
            guard state.waiting.count < limit else {
                state.dropped += 1
                return nil
            }
            state.waiting.append(span)
            guard state.waiting.count >= batchSize else { return nil }
            defer { state.whenFull = nil }
            return state.whenFull
        }
        action?()
    }

    /// How many spans wait.
    public var count: Int { state.withLock { $0.waiting.count } }

    /// Takes the oldest spans, no more than a batch.
    public func take() -> [SpanRecord] {
        state.withLock { state in
            let batch = Array(state.waiting.prefix(batchSize))
            state.waiting.removeFirst(batch.count)
            return batch
        }
    }

    /// How many spans were dropped since this was last asked.
    public func takeDropped() -> Int {
        state.withLock { state in
            defer { state.dropped = 0 }
            return state.dropped
        }
    }

    /// Calls `action` once, as soon as a whole batch waits: at once where one does. It replaces one that was given before.
    public func whenFull(_ action: @escaping @Sendable () -> Void) {
        let isFull = state.withLock { state in
            let isFull = state.waiting.count >= batchSize
            state.whenFull = isFull ? nil : action
            return isFull
        }
        if isFull { action() }
    }
}
