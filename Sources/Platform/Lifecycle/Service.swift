/// A part of a process that runs until it is told to stop: a pool, a relay, a consumer, a server.
public protocol Service: Sendable {
    /// What the part is called in logs and in the answer of `/health/ready`.
    var name: String { get }

    /// Whether the part can do its work now. Asked often: it must answer from memory.
    var health: Health { get }

    /// Looks whether the part can start at all. Called once, for one part after the other in the order of their list,
    /// before any of them runs.
    /// - Throws: what makes starting senseless, such as a schema that is behind: the process then ends.
    func prepare() async throws

    /// Runs until `shutdown` is triggered, finishes what is in flight, gives back what it holds, and returns.
    /// - Throws: only what makes going on senseless: the process then stops. What can heal is retried inside.
    func run(until shutdown: ShutdownSignal) async throws
}

extension Service {
    public var health: Health { .healthy }
    public func prepare() async throws {}
}

/// Whether a part of a process can do its work.
public enum Health: Sendable, Equatable {
    case healthy
    /// It cannot, for the given reason, which is shown to operators.
    case unhealthy(String)

    public var isHealthy: Bool { self == .healthy }
}
