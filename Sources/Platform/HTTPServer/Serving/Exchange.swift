import CMicroHTTPD
import Tracing

/// One request and its answer. Lives and is used on libmicrohttpd's polling thread only, from the request's first
/// callback to its completion; other threads reach the connection, never this.
final class Exchange {
    /// A refused body is read to its end so that its sender gets to read the answer, but only up to so many limits.
    private static let patience = 16
    /// From how many bytes on a body takes its time to decode.
    private static let largeBody = 32_768

    private let core: ServerCore
    private let connection: Connection
    private let handle: OpaquePointer
    private let head: RequestHead
    private let began = ContinuousClock.now
    private let trace: TraceContext
    /// Where the request is recorded.
    private let span: Span?
    private var match: Result<RouteMatch, Problem>
    private var body: [UInt8] = []
    private var received = 0
    private var isStarted = false

    init(_ head: RequestHead, on connection: Connection, handle: OpaquePointer, core: ServerCore) {
        self.core = core
        self.connection = connection
        self.handle = handle
        self.head = head
        let match: Result<RouteMatch, Problem>
        do throws(Problem) {
            guard head.query != nil else { throw .badRequest("The query is not percent-encoded UTF-8.") }
            match = .success(try core.router.match(head.method, head.path))
        } catch {
            match = .failure(error)
        }
        self.match = match
        (trace, span) = core.tracer.begin(
            head, match, from: core.settings.trustedProxies.client(behind: connection.remoteAddress, head.headers),
            began: began)
    }

    deinit {
        releaseBody()
        // Nothing happens where the answer has ended it.
        span?.fail("cancelled", "the connection ended before the answer")
        span?.end()
    }

    /// The headers are here.
    func begin() -> MHD_Result {
        connection.begin(now: began)
        if let objection = head.objection { return refuse(.badRequest(objection)) }
        guard let declared = head.declaredLength else { return .YES }
        if declared > limit { match = .failure(.tooLarge(limit: limit)) }
        if case .failure(let problem) = match, declared > 0 {
            // An answer at once costs the connection. It is given where the client waits for it, or would send too much.
            if head.expectsContinue || declared > limit * Exchange.patience { return refuse(problem) }
        } else {
            body.reserveCapacity(declared)
        }
        return .YES
    }

    /// A part of the body is here.
    func receive(_ part: UnsafeRawBufferPointer) -> MHD_Result {
        received += part.count
        if received > limit {
            match = .failure(.tooLarge(limit: limit))
            releaseBody()
        }
        guard received <= limit * Exchange.patience else { return .NO }
        guard case .success = match else { return .YES }
        if core.holdBody(part.count) {
            body.append(contentsOf: part)
        } else {
            match = .failure(.overloaded)
            releaseBody()
        }
        return .YES
    }

    /// Gives up what has arrived of the body, or hands it on.
    private func releaseBody() {
        core.releaseBody(body.count)
        body = []
    }

    /// The whole request is here, or the connection was resumed.
    func proceed() -> MHD_Result {
        if !isStarted {
            isStarted = true
            if case .failure(let problem) = match, head.method == nil || !core.responder.hasFilters {
                return refuse(problem)
            }
            if let problem = start() { return refuse(problem) }
        }
        if connection.suspendUnlessAnswered() { return .YES }
        guard let response = connection.takeResponse() else { return .NO }
        return queue(response)
    }

    private var limit: Int { core.settings.maximumBodySize }
    private var clientAddress: String {
        core.settings.trustedProxies.client(behind: connection.remoteAddress, head.headers)
    }
    private var subject: RequestSubject { RequestSubject(path: head.path, trace: trace) }

    /// Starts the filters and the handler, which may answer before this returns.
    /// - Returns: why they were not started: the server stops, or has too much to do.
    private func start() -> Problem? {
        guard core.beginWork(on: match, head.method) else { return .overloaded }
        let deadline = began + core.settings.requestDeadline
        let number = connection.handle(subject, deadline: deadline) { core.isStopping.load(ordering: .acquiring) }
        guard let number else {
            core.endWork()
            return .shuttingDown
        }
        let request = HTTPRequest(head, body: body, from: clientAddress, deadline: deadline, trace: trace)
        releaseBody()
        let answering: @Sendable () async -> Void = { [core, match, connection, subject] in
            let response = await core.responder.respond(to: request, by: match)
            // A handler that goes on after its deadline is work until it ends, whoever was answered.
            core.endWork()
            connection.answer(PreparedResponse(response, traceparent: subject.trace.traceparent), to: number)
        }
        // Begun on this thread, most handlers save a change of threads; but a large body is not to be decoded on it.
        let isLarge = request.body.count > Exchange.largeBody
        let begin = { isLarge ? Task(operation: answering) : Task.immediate(operation: answering) }
        connection.attach(span.map { Span.$current.withValue($0, operation: begin) } ?? begin(), to: number)
        return nil
    }

    /// Answers without a handler.
    private func refuse(_ problem: Problem) -> MHD_Result {
        guard let response = subject.response(problem) else { return .NO }
        connection.sendDirectly()
        return queue(response)
    }

    private func queue(_ response: PreparedResponse) -> MHD_Result {
        // Where the next request begins is not certain after an objection, nor after chunks.
        let isLast = head.objection != nil || head.isChunked || core.isDraining.load(ordering: .relaxed)
        if isLast { response.add("Connection", "close") }
        var route: Router.Route?
        if case .success(let match) = match { route = match.route }
        let duration = ContinuousClock.now - began
        core.record(
            head, route: route, received: received, response: response, duration: duration, from: clientAddress,
            in: trace)
        span?.end(status: response.status)
        return response.queue(on: handle)
    }
}

extension HTTPRequest {
    fileprivate init(
        _ head: RequestHead, body: [UInt8], from remoteAddress: String, deadline: ContinuousClock.Instant,
        trace: TraceContext
    ) {
        // Without a method there is no route, and no handler either.
        self.init(
            head.method ?? .get, head.path, query: head.query ?? [:], headers: head.headers, body: body,
            remoteAddress: remoteAddress, deadline: deadline, trace: trace)
    }
}
