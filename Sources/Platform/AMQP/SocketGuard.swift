import Dispatch
import Glibc
import Locking

/// Breaks a connection from outside when the C library is stuck in it.
///
/// Publishing blocks for ever while the broker, under a memory or disk alarm, does not read. Shutting the socket down is
/// the one thing another thread may do to the connection; it makes every blocked call return with an error.
final class SocketGuard: Sendable {
    private let socket: Mutex<Int32?>
    // A dispatch source may be scheduled and cancelled from any thread; the reference never changes.
    private nonisolated(unsafe) let timer: any DispatchSourceTimer

    init(socket: Int32) {
        self.socket = Mutex(socket)
        timer = DispatchSource.makeTimerSource()
        timer.setEventHandler { [weak self] in self?.shutDown() }
        timer.activate()
    }

    deinit { timer.cancel() }

    /// Shuts the socket down unless ``disarm()`` is called within `timeout`.
    func arm(_ timeout: Duration) {
        let (seconds, attoseconds) = timeout.components
        timer.schedule(
            deadline: .now() + .seconds(Int(seconds)) + .nanoseconds(Int(attoseconds / 1_000_000_000)),
            leeway: .milliseconds(50))
    }

    func disarm() {
        timer.schedule(deadline: .distantFuture)
    }

    /// The descriptor is about to be closed, and may soon belong to another file.
    func release() {
        socket.withLock { $0 = nil }
    }

    private func shutDown() {
        socket.withLock { socket in
            if let socket { _ = shutdown(socket, Int32(SHUT_RDWR)) }
        }
    }
}
