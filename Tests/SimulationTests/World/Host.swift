import Lifecycle

/// One life of a process: what dies with it, and whether it still lives.
// `@unchecked Sendable` holds because only the scheduler's thread touches it.
final class Host: @unchecked Sendable {
    enum Role { case worker, api }

    let number: Int
    let role: Role
    let shutdown = ShutdownSignal()
    private(set) var isAlive = true
    /// A process that is stopped (SIGSTOP) takes no step before this time.
    var pausedUntil = 0
    /// What runs in it and has not ended.
    var running = 0
    var tasks: [Task<Void, Never>] = []
    /// The session of its relay, to know whether it may publish.
    var relaySession: Session?

    init(_ number: Int, _ role: Role) {
        self.number = number
        self.role = role
    }

    /// Kills it: whatever it calls from now on fails without effect, so that its tasks run out.
    func kill() {
        isAlive = false
        shutdown.trigger()
        for task in tasks { task.cancel() }
    }
}
