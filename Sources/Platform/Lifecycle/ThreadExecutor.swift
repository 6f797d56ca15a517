import CLinux
import Glibc
import Locking

/// Runs Swift concurrency's jobs on one thread of its own, in the order in which they come.
///
/// It is where a C library that blocks is called from: an actor whose `unownedExecutor` this is blocks nobody else, and
/// its library sees one thread only. It is a task executor as well, so that a task which talks to such an actor all the
/// time can run beside it without a change of threads.
public final class ThreadExecutor: SerialExecutor, TaskExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var hasThread = false
        var isStopped = false
        /// Whether the thread sleeps, or is about to, and nobody has woken it yet.
        var isWaiting = false

        /// - Returns: whether the thread has to be woken, which is then its caller's duty.
        mutating func takeWaiting() -> Bool {
            defer { isWaiting = false }
            return isWaiting
        }
    }

    private let name: String
    private let state = Mutex(State())
    /// Wakes the thread where it waits; written once for each wait, so that a busy thread costs no system call.
    private let wakeUp: Int32

    /// The thread starts with the first job.
    /// - Parameter name: what `top` and a debugger show; the system keeps 15 characters.
    public init(name: String) {
        self.name = name
        wakeUp = eventfd(0, Int32(EFD_CLOEXEC))
    }

    deinit { close(wakeUp) }

    /// Ends the thread once the jobs that wait are done. A job that comes later gets a new thread, which ends after it.
    public func stop() {
        let mustWake = state.withLock { state in
            state.isStopped = true
            return state.takeWaiting()
        }
        if mustWake { signal() }
    }

    /// Lets what blocks on this thread in `poll(2)` return for a job: `wait` is to watch the descriptor that it is given,
    /// which becomes readable when a job comes. Where there is one already, nobody waits.
    public func waitForJobs(_ wait: (_ descriptor: Int32) -> Void) {
        let mayWait = state.withLock { state in
            state.isWaiting = state.jobs.isEmpty
            return state.isWaiting
        }
        guard mayWait else { return }
        wait(wakeUp)
        let isWoken = state.withLock { !$0.takeWaiting() }
        if isWoken { takeSignal() }
    }

    /// Whether a job waits for the thread.
    public var hasJobs: Bool { state.withLock { !$0.jobs.isEmpty } }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let (needsThread, mustWake) = state.withLock { state in
            state.jobs.append(job)
            defer { state.hasThread = true }
            return (!state.hasThread, state.takeWaiting())
        }
        if needsThread { startThread() } else if mustWake { signal() }
    }

    private func startThread() {
        // The thread holds the executor as long as it runs.
        let handle = Unmanaged.passRetained(self).toOpaque()
        var thread = pthread_t()
        let failure = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<ThreadExecutor>.fromOpaque(argument).takeRetainedValue().loop()
                return nil
            }, handle)
        if failure == 0 {
            pthread_detach(thread)
        } else {
            // Out of threads: the job stays, and the next one tries again.
            Unmanaged<ThreadExecutor>.fromOpaque(handle).release()
            state.withLock { $0.hasThread = false }
        }
    }

    private func signal() {
        var one: UInt64 = 1
        _ = withUnsafeBytes(of: &one) { write(wakeUp, $0.baseAddress, 8) }
    }

    private func loop() {
        _ = tradewind_name_thread(String(name.prefix(15)))
        while true {
            let (jobs, isDone) = state.withLock { state in
                defer { state.jobs.removeAll(keepingCapacity: true) }
                if state.jobs.isEmpty, state.isStopped { state.hasThread = false }
                state.isWaiting = state.jobs.isEmpty && state.hasThread
                return (state.jobs, !state.hasThread)
            }
            if isDone { return }
            for job in jobs {
                job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
            }
            if jobs.isEmpty { takeSignal() }
        }
    }

    /// Waits for the signal that ends this wait: there is one for each, or it would end the next.
    private func takeSignal() {
        var count: UInt64 = 0
        while withUnsafeMutableBytes(of: &count, { read(wakeUp, $0.baseAddress, 8) }) < 0 && errno == EINTR {}
    }
}
