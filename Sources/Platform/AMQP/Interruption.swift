import CLinux
import Glibc

/// Wakes a thread that waits in `poll`, from any other thread. Owns an `eventfd`.
final class Interruption: Sendable {
    let descriptor: Int32

    init() {
        descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    }

    deinit { close(descriptor) }

    /// Ends the present wait, or the next one when there is none.
    func signal() {
        eventfd_write(descriptor, 1)
    }

    /// Whether it was signalled since the last call.
    func clear() -> Bool {
        var count: eventfd_t = 0
        return eventfd_read(descriptor, &count) == 0
    }
}
