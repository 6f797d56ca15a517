import Glibc

/// A value that one thread at a time reads and changes.
///
/// It has the interface of `Synchronization.Mutex`, over the system's mutex: the thread sanitizer knows that one, while
/// it cannot see into the futex of the standard library and reports every use of it as a race
/// (`docs/decisions/mutex.md`).
// `@unchecked Sendable` holds because `value` is only touched between lock and unlock of `handle`.
public struct Mutex<Value: ~Copyable>: ~Copyable, @unchecked Sendable {
    private let handle: UnsafeMutablePointer<pthread_mutex_t>
    private let value: UnsafeMutablePointer<Value>

    public init(_ initial: consuming sending Value) {
        handle = .allocate(capacity: 1)
        handle.initialize(to: pthread_mutex_t())
        pthread_mutex_init(handle, nil)
        value = .allocate(capacity: 1)
        value.initialize(to: initial)
    }

    deinit {
        value.deinitialize(count: 1)
        value.deallocate()
        pthread_mutex_destroy(handle)
        handle.deallocate()
    }

    /// Runs `body` while no other thread does. `body` must be short, and must not lock the same mutex again.
    public borrowing func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        pthread_mutex_lock(handle)
        defer { pthread_mutex_unlock(handle) }
        return try body(&value.pointee)
    }
}
