import CLinux
import Glibc

/// A wake-up call that any thread can send to the thread that waits on a connection's socket.
///
/// It is what lets a blocked connection notice a cancelled task or a shutdown without polling for it.
final class Interrupt: Sendable {
    /// An `eventfd`, readable once ``send()`` was called. Negative, which `poll` ignores, in a process that has no
    /// descriptors left and can open no connection either.
    let descriptor: Int32

    init() { descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC)) }

    deinit { close(descriptor) }

    /// Wakes the waiting thread, now or when it next waits.
    func send() {
        _ = eventfd_write(descriptor, 1)
    }

    /// Takes back what was sent and not noticed.
    func clear() {
        var count: eventfd_t = 0
        _ = eventfd_read(descriptor, &count)
    }
}
