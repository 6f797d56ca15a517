import Dispatch
import Glibc
import Locking

/// Breaks a connection from outside when the C library is stuck in it.
///
/// Publishing blocks for ever while the broker, under a memory or disk alarm, does not read. Shutting the socket down is
/// the one thing another thread may do to the connection; it makes every blocked call return with an error.
///
/// It is armed for each publication, so that costs no more than a lock: one timer runs on while deadlines come and go, and
/// looks, when it fires, whether there is one that is over.
final class SocketGuard: Sendable {
    private struct State {
        var socket: Int32?
        var deadline: ContinuousClock.Instant?
        /// When the timer fires; nil while it stands still.
        var firesAt: ContinuousClock.Instant?
    }

    private let state: Mutex<State>
    // A dispatch source may be scheduled and cancelled from any thread; the reference never changes.
    private nonisolated(unsafe) let timer: any DispatchSourceTimer

    init(socket: Int32) {
        state = Mutex(State(socket: socket))
        timer = DispatchSource.makeTimerSource()
        timer.setEventHandler { [weak self] in self?.look() }
        timer.activate()
    }

    deinit { timer.cancel() }

    /// Shuts the socket down unless ``disarm()`` is called within `timeout`.
    func arm(_ timeout: Duration) {
        let deadline = ContinuousClock.now + timeout
        state.withLock { state in
            state.deadline = deadline
            if let firesAt = state.firesAt, firesAt <= deadline { return }
            schedule(deadline, &state)
        }
    }

    func disarm() { state.withLock { $0.deadline = nil } }

    /// The descriptor is about to be closed, and may soon belong to another file.
    func release() { state.withLock { $0.socket = nil } }

    /// The timer fired: for the present deadline, or for one before it.
    private func look() {
        state.withLock { state in
            state.firesAt = nil
            guard let deadline = state.deadline else { return }
            if deadline > .now { return schedule(deadline, &state) }
            if let socket = state.socket { _ = shutdown(socket, Int32(SHUT_RDWR)) }
        }
    }

    private func schedule(_ deadline: ContinuousClock.Instant, _ state: inout State) {
        state.firesAt = deadline
        let (seconds, attoseconds) = (deadline - .now).components
        timer.schedule(
            deadline: .now() + .seconds(Int(seconds)) + .nanoseconds(Int(attoseconds / 1_000_000_000)),
            leeway: .milliseconds(50))
    }
}
