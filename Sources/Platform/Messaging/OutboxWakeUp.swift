import Locking
import Postgres

/// Tells relays that there is something in the outbox, so that nothing waits for a poll.
///
/// A worker shares one between its consumers and its relay. An API, whose relay is in another process, makes one that
/// notifies through the database: outside any transaction of the application, and one `NOTIFY` for all that was
/// committed since the last, because each takes a lock of the whole cluster.
public final class OutboxWakeUp: Sendable {
    /// The channel that relays listen on.
    static let channel = "tradewind_outbox"
    /// The least time between two notifications of one process: the first after a lone one, and, doubled from one to the
    /// next, the last while they never end.
    private static let pauses = (shortest: Duration.milliseconds(1), longest: Duration.milliseconds(8))

    private struct State {
        var observers: [Int: @Sendable () -> Void] = [:]
        var nextObserver = 0
        var isNotifying = false
        var mustNotify = false
    }

    private let state = Mutex(State())
    private let pool: PostgresPool?

    /// Wakes the relay of this process.
    public init() { pool = nil }

    /// Wakes the relays of other processes, by `NOTIFY` on a connection of `pool`.
    public init(notifying pool: PostgresPool) { self.pool = pool }

    /// Something was committed to the outbox. Returns at once.
    public func signal() {
        let (observers, mustStart) = state.withLock { state in
            state.mustNotify = true
            defer { state.isNotifying = pool != nil }
            return (state.observers.sorted { $0.key < $1.key }.map(\.value), pool != nil && !state.isNotifying)
        }
        for observer in observers { observer() }
        if mustStart, let pool { Task { await notify(through: pool) } }
    }

    /// Sends notifications until nothing new was committed meanwhile. A failure is the poll's business.
    private func notify(through pool: PostgresPool) async {
        var pause = Self.pauses.shortest
        while takesNotification() {
            _ = try? await pool.execute("SELECT pg_notify($1, '')", [.text(Self.channel)])
            try? await Task.sleep(for: pause)
            pause = min(pause * 2, Self.pauses.longest)
        }
    }

    private func takesNotification() -> Bool {
        state.withLock { state in
            state.isNotifying = state.mustNotify
            defer { state.mustNotify = false }
            return state.mustNotify
        }
    }

    // MARK: - The relay's side

    /// Calls `action` at each signal. `action` must not block.
    /// - Returns: a token for ``removeObserver(_:)``.
    func onSignal(_ action: @escaping @Sendable () -> Void) -> Int {
        state.withLock { state in
            state.nextObserver += 1
            state.observers[state.nextObserver] = action
            return state.nextObserver
        }
    }

    func removeObserver(_ token: Int) { state.withLock { _ = $0.observers.removeValue(forKey: token) } }
}
