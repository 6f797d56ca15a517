import Lifecycle
import Locking

/// Whether a process is ready for work: it has started, is not stopping, and all of its parts are healthy.
public final class Readiness: Sendable {
    private enum Phase { case starting, running, stopping }

    private struct State {
        var phase = Phase.starting
        var services: [any Service] = []
    }

    private let state = Mutex(State())

    public init() {}

    /// Whether all parts have been started.
    public var hasStarted: Bool { state.withLock { $0.phase != .starting } }

    /// Why the process is not ready, by part; empty where it is.
    public var obstacles: [(part: String, reason: String)] {
        let (phase, services) = state.withLock { ($0.phase, $0.services) }
        switch phase {
        case .starting: return [("process", "is starting")]
        case .stopping: return [("process", "is stopping")]
        case .running:
            return services.compactMap { service in
                guard case .unhealthy(let reason) = service.health else { return nil }
                return (service.name, reason)
            }
        }
    }

    func begin(watching services: [any Service]) {
        state.withLock { $0 = State(phase: .running, services: services) }
    }

    func stop() { state.withLock { $0.phase = .stopping } }
}
