import Locking

/// Tells one or many that it is time to stop. Once triggered it stays so.
public final class ShutdownSignal: Sendable {
    private struct State {
        var isTriggered = false
        var nextID = 0
        var observers: [Int: @Sendable () -> Void] = [:]
    }

    private let state = Mutex(State())

    public init() {}

    public var isTriggered: Bool { state.withLock { $0.isTriggered } }

    /// Tells everybody who waits, in the order in which they came. Calls after the first change nothing.
    public func trigger() {
        let observers = state.withLock { state in
            state.isTriggered = true
            defer { state.observers = [:] }
            return state.observers.sorted { $0.key < $1.key }.map(\.value)
        }
        for observer in observers { observer() }
    }

    /// Calls `action` when the signal is triggered, or at once where it has been. `action` must not block.
    /// - Returns: a token for ``removeObserver(_:)``.
    @discardableResult
    public func onTrigger(_ action: @escaping @Sendable () -> Void) -> Int {
        let id: Int? = state.withLock { state in
            guard !state.isTriggered else { return nil }
            state.nextID += 1
            state.observers[state.nextID] = action
            return state.nextID
        }
        if id == nil { action() }
        return id ?? 0
    }

    /// Forgets an action, so that what it holds can be freed before the process ends.
    public func removeObserver(_ token: Int) { state.withLock { _ = $0.observers.removeValue(forKey: token) } }

    /// Returns when the signal is triggered or the task is cancelled.
    public func wait() async {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        let token = onTrigger { continuation.finish() }
        for await _ in stream {}
        removeObserver(token)
    }

    /// Sleeps for `duration`, or less where the signal is triggered meanwhile or the task is cancelled.
    /// - Returns: whether it is still time to go on.
    @discardableResult
    public func sleep(for duration: Duration) async -> Bool {
        guard !isTriggered else { return false }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await Task.sleep(for: duration) }
            group.addTask { await self.wait() }
            await group.next()
            group.cancelAll()
        }
        return !isTriggered && !Task.isCancelled
    }
}
