import DomainKit
import Glibc
import Lifecycle
import Locking
import Observability
import Tracing

/// Serves a router over HTTP/1.1.
public final class HTTPServer: Service {
    private enum State {
        case idle
        case listening(Daemon)
        case draining
        case stopped
    }

    public let name = "http"
    private let host: String
    private let port: Int
    private let core: ServerCore
    private let state = Mutex(State.idle)

    /// - Parameters:
    ///   - host: an address or name of this machine; `0.0.0.0` for all of IPv4, `::` for all.
    ///   - port: 0 lets the system choose: ``start()`` tells which.
    ///   - filters: what every request passes on its way to its handler, the outermost first.
    ///   - metrics: where `http_server_request_duration_seconds` and its kin are kept.
    ///   - tracer: begins the span of each request.
    public init(
        host: String, port: Int, router: Router, filters: [any RequestFilter] = [],
        settings: HTTPServerSettings = .init(), logger: Logger, metrics: MetricsRegistry = .shared,
        tracer: Tracer = .shared
    ) {
        self.host = host
        self.port = port
        core = ServerCore(
            router: router, filters: filters, settings: settings, logger: logger, metrics: metrics, tracer: tracer)
    }

    public var health: Health {
        state.withLock { state in
            switch state {
            case .listening: .healthy
            case .idle: .unhealthy("not listening yet")
            case .draining, .stopped: .unhealthy("shutting down")
            }
        }
    }

    /// Listens. ``run(until:)`` does so by itself; call this first where the port must be known.
    ///
    /// Without a ``run(until:)`` afterwards, deadlines are not enforced.
    /// - Returns: the port.
    /// - Throws: ``HTTPServerError`` where the address cannot be had.
    @discardableResult
    public func start() throws(HTTPServerError) -> Int { try listen().port }

    /// Serves until `shutdown` is triggered. Then it stops accepting, lets what is in flight finish, answered with
    /// `Connection: close`, answers 503 to what has not finished within ``HTTPServerSettings/shutdownGrace``, and returns.
    /// - Throws: ``HTTPServerError`` where the address cannot be had.
    public func run(until shutdown: ShutdownSignal) async throws {
        let daemon = try listen()
        core.logger.info("serving HTTP", .address(address(daemon.port)))
        let thread = ThreadExecutor(name: "http-watch")
        let end = ShutdownSignal()
        let watch = Task(executorPreference: thread) { [core] in
            // A thread of its own: deadlines hold also when every thread of the pool is busy.
            var turn = 0
            while !end.isTriggered {
                core.watchConnections(probesUnfinished: turn % 20 == 0)
                turn += 1
                usleep(50_000)
            }
            daemon.stop()
        }
        // At once, not when this task gets its turn: what is answered from here on asks its client to go.
        let token = shutdown.onTrigger { [core] in core.isDraining.store(true, ordering: .relaxed) }
        await shutdown.wait()
        shutdown.removeObserver(token)
        await drain(daemon)
        end.trigger()
        await watch.value
        thread.stop()
        state.withLock { $0 = .stopped }
        core.logger.info("stopped serving HTTP", .address(address(daemon.port)))
    }

    private func listen() throws(HTTPServerError) -> Daemon {
        try state.withLock { state throws(HTTPServerError) in
            switch state {
            case .listening(let daemon): return daemon
            case .draining, .stopped:
                throw HTTPServerError(code: .startFailed, address: address(port), reason: "the server was stopped")
            case .idle:
                let socket = try ListeningSocket(host: host, port: port)
                let daemon = try Daemon(socket, address: address(port), core: core)
                state = .listening(daemon)
                return daemon
            }
        }
    }

    private func drain(_ daemon: Daemon) async {
        state.withLock { $0 = .draining }
        core.isDraining.store(true, ordering: .relaxed)
        daemon.stopAccepting()
        await waitForOpenRequests(core.settings.shutdownGrace)
        core.refuseAll()
        // Long enough for the last answers to leave the machine.
        await waitForOpenRequests(.milliseconds(500))
    }

    private func waitForOpenRequests(_ limit: Duration) async {
        let end = ContinuousClock.now + limit
        while core.openRequests.count > 0, ContinuousClock.now < end {
            // A cancelled task must not turn the wait into a busy one.
            await Task { try? await Task.sleep(for: .milliseconds(10)) }.value
        }
    }

    private func address(_ port: Int) -> String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
