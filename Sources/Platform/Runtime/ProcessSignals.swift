import Glibc
import Lifecycle

/// Turns the system's signals into a ``ShutdownSignal``.
enum ProcessSignals {
    /// Takes over `SIGTERM` and `SIGINT`: the first triggers `shutdown`, the second ends the process at once with the
    /// exit code a shell gives for that signal. `SIGPIPE` is ignored, so that a closed socket is an error of its write.
    ///
    /// It must be called before the process has a second thread, because threads inherit what is blocked.
    static func handle(triggering shutdown: ShutdownSignal) {
        signal(SIGPIPE, SIG_IGN)
        var watched = sigset_t()
        sigemptyset(&watched)
        sigaddset(&watched, SIGTERM)
        sigaddset(&watched, SIGINT)
        pthread_sigmask(SIG_BLOCK, &watched, nil)
        let handle = Unmanaged.passRetained(shutdown).toOpaque()
        var thread = pthread_t()
        let failure = pthread_create(&thread, nil, waitForSignals, handle)
        if failure == 0 { pthread_detach(thread) }
    }
}

/// The body of the thread that waits for signals. It ends with the process.
private func waitForSignals(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let shutdown = Unmanaged<ShutdownSignal>.fromOpaque(argument).takeRetainedValue()
    var watched = sigset_t()
    sigemptyset(&watched)
    sigaddset(&watched, SIGTERM)
    sigaddset(&watched, SIGINT)
    while true {
        var number: Int32 = 0
        guard sigwait(&watched, &number) == 0 else { continue }
        if shutdown.isTriggered { _exit(128 + number) }
        shutdown.trigger()
    }
}
