import CMicroHTTPD
import Locking
import Observability
import Tracing

import struct Synchronization.Atomic

/// What the callbacks of one server share.
final class ServerCore: Sendable {
    let router: Router
    let responder: Responder
    let settings: HTTPServerSettings
    let logger: Logger
    let tracer: Tracer
    /// Whether answers ask their clients to go elsewhere.
    let isDraining = Atomic(false)
    /// Whether no handler may start any more.
    let isStopping = Atomic(false)
    private let metrics: HTTPMetrics
    /// How many requests have begun and not been completed.
    let openRequests: OpenRequests
    /// How many requests are with filters and handlers.
    private let requestsInWork = Atomic(0)
    /// How many bytes of bodies have arrived whose requests have not arrived whole.
    private let bytesOfBodies = Atomic(0)
    private let overload = LogLimit()
    private let connections = Mutex<[ObjectIdentifier: Connection]>([:])

    init(
        router: Router, filters: [any RequestFilter], settings: HTTPServerSettings, logger: Logger,
        metrics: MetricsRegistry, tracer: Tracer
    ) {
        self.router = router
        self.settings = settings
        self.logger = logger
        self.tracer = tracer
        responder = Responder(filters: filters, logger: logger)
        let openRequests = OpenRequests()
        self.openRequests = openRequests
        self.metrics = HTTPMetrics(metrics) { [weak openRequests] in openRequests?.count }
    }

    // MARK: - Connections

    func opened(_ handle: OpaquePointer) -> Connection {
        let connection = Connection(handle)
        connections.withLock { $0[ObjectIdentifier(connection)] = connection }
        return connection
    }

    func closed(_ connection: Connection) {
        connection.close()
        connections.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(connection)) }
    }

    /// Enforces deadlines and ends what is too slow or has gone.
    func watchConnections(probesUnfinished: Bool) {
        let now = ContinuousClock.now
        for connection in connections.withLock({ Array($0.values) })
        where connection.watch(now: now, settings: settings, probesUnfinished: probesUnfinished) {
            logger.warn("request exceeded its deadline", .address(connection.remoteAddress))
        }
    }

    /// Answers 503 to all that is being handled, and from now on to all that comes. When it returns, no connection is
    /// suspended and none will be: libmicrohttpd must not be stopped before.
    func refuseAll() {
        isStopping.store(true, ordering: .sequentiallyConsistent)
        for connection in connections.withLock({ Array($0.values) }) { connection.refuse(.shuttingDown) }
    }

    // MARK: - Work

    /// Begins to work on a request, unless that is too much; ``endWork()`` must follow. Orchestrators are always answered:
    /// an overload is no reason to have a process killed that does what it can.
    func beginWork(on match: Result<RouteMatch, Problem>, _ method: HTTPMethod?) -> Bool {
        let inWork = requestsInWork.add(1, ordering: .relaxed).newValue
        guard inWork > settings.concurrentRequestLimit else { return true }
        if case .success(let match) = match, let method,
            match.route.operation.routeClass(of: method) == .operational
        {
            return true
        }
        endWork()
        if let heldBack = overload.admit() {
            logger.warn("overloaded: requests are refused", .count(inWork), .heldBack(heldBack))
        }
        return false
    }

    /// Makes room for a part of a body; false where all bodies together would be too large.
    func holdBody(_ count: Int) -> Bool {
        guard bytesOfBodies.add(count, ordering: .relaxed).newValue > settings.maximumSizeOfBodies else { return true }
        releaseBody(count)
        return false
    }

    func releaseBody(_ count: Int) { bytesOfBodies.subtract(count, ordering: .relaxed) }

    func endWork() { requestsInWork.subtract(1, ordering: .relaxed) }

    // MARK: - Telling

    /// - Parameter received: the size of the request's body, in bytes.
    func record(
        _ head: RequestHead, route: Router.Route?, received: Int, response: PreparedResponse, duration: Duration,
        from address: String, in trace: TraceContext
    ) {
        metrics.record(
            head.method, route, status: response.status, duration: duration, received: received, sent: response.size)
        guard logger.isEnabled(.debug) else { return }
        logger.debug(
            "request answered", LogField("http.request.method", head.method?.rawValue ?? "_OTHER"),
            LogField("url.path", head.path), LogField("http.route", route?.template ?? ""),
            LogField("http.response.status_code", response.status), .duration(duration), .address(address),
            .traceID(trace), .spanID(trace))
    }
}

/// How many requests have begun and not been completed.
final class OpenRequests: Sendable {
    private let number = Atomic(0)

    var count: Int { number.load(ordering: .relaxed) }
    func begin() { number.wrappingAdd(1, ordering: .relaxed) }
    func complete() { number.wrappingSubtract(1, ordering: .relaxed) }
}
