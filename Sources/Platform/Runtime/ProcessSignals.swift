import Glibc
import Lifecycle
import Locking
import Observability

/// Turns the system's signals into a ``ShutdownSignal``.
enum ProcessSignals {
    /// Takes over `SIGTERM` and `SIGINT`: the first triggers `shutdown`, the second ends the process at once with the
    /// exit code a shell gives for that signal. `SIGPIPE` is ignored, so that a closed socket is an error of its write.
    /// What `SIGUSR1` and `SIGUSR2` do says ``moveLogLevel(of:)``.
    static func handle(triggering shutdown: ShutdownSignal) {
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        signalPipe = ends[1]
        let watch = Unmanaged.passRetained(SignalWatch(shutdown: shutdown, pipe: ends[0])).toOpaque()
        var thread = pthread_t()
        guard pthread_create(&thread, nil, watchSignals, watch) == 0 else { return }
        pthread_detach(thread)
        // A handler, not a mask: threads that run already, the main thread among them, would not have the mask.
        for number in [SIGTERM, SIGINT, SIGUSR1, SIGUSR2] {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = passOn
            action.sa_flags = Int32(SA_RESTART)
            sigaction(number, &action, nil)
        }
    }

    /// Lets `SIGUSR1` lower the level from which on `logger` and all made of it write, by one step, and `SIGUSR2` raise
    /// it. Before this is called they do nothing.
    static func moveLogLevel(of logger: Logger) { moved.withLock { $0 = logger } }
}

/// Whose level the signals move.
private let moved = Mutex<Logger?>(nil)

// Written once, before the handler that reads it is installed.
nonisolated(unsafe) private var signalPipe: Int32 = -1

/// The handler: it may do nothing but what is safe while any other code is interrupted.
private func passOn(_ number: Int32) {
    let interrupted = errno
    var byte = UInt8(truncatingIfNeeded: number)
    write(signalPipe, &byte, 1)
    errno = interrupted
}

private final class SignalWatch: Sendable {
    let shutdown: ShutdownSignal
    let pipe: Int32

    init(shutdown: ShutdownSignal, pipe: Int32) {
        self.shutdown = shutdown
        self.pipe = pipe
    }
}

/// The body of the thread that hears of signals. It ends with the process.
private func watchSignals(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let watch = Unmanaged<SignalWatch>.fromOpaque(argument).takeRetainedValue()
    while true {
        var number: UInt8 = 0
        guard read(watch.pipe, &number, 1) == 1 else { continue }
        switch Int32(number) {
        case SIGUSR1: moveLevel { $0.lower }
        case SIGUSR2: moveLevel { $0.higher }
        default:
            if watch.shutdown.isTriggered { _exit(128 + Int32(number)) }
            watch.shutdown.trigger()
        }
    }
}

/// Moves the level, and tells of it while `warn` is written.
private func moveLevel(_ step: (LogLevel) -> LogLevel) {
    guard let logger = moved.withLock({ $0 }) else { return }
    let new = step(logger.threshold.level)
    if new <= .warn { logger.threshold.set(new) }
    logger.warn("log level changed", LogField("level", new.name.lowercased()))
    logger.threshold.set(new)
}
