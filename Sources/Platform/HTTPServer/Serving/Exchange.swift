import CMicroHTTPD

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
    private var match: Result<RouteMatch, Problem>
    private var body: [UInt8] = []
    private var received = 0
    private var isStarted = false

    init(_ head: RequestHead, on connection: Connection, handle: OpaquePointer, core: ServerCore) {
        self.core = core
        self.connection = connection
        self.handle = handle
        self.head = head
        do throws(Problem) {
            guard head.query != nil else { throw .badRequest("The query is not percent-encoded UTF-8.") }
            match = .success(try core.router.match(head.method, head.path))
        } catch {
            match = .failure(error)
        }
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
            body = []
        }
        guard received <= limit * Exchange.patience else { return .NO }
        if case .success = match { body.append(contentsOf: part) }
        return .YES
    }

    /// The whole request is here, or the connection was resumed.
    func proceed() -> MHD_Result {
        if !isStarted {
            isStarted = true
            if case .failure(let problem) = match, head.method == nil || !core.responder.hasFilters {
                return refuse(problem)
            }
            guard start() else { return refuse(.shuttingDown) }
        }
        if connection.suspendUnlessAnswered() { return .YES }
        guard let response = connection.takeResponse() else { return .NO }
        return queue(response)
    }

    private var limit: Int { core.settings.maximumBodySize }
    private var subject: RequestSubject { RequestSubject(path: head.path, trace: head.trace) }

    /// Starts the filters and the handler, which may answer before this returns.
    /// - Returns: whether they were started; false where the server stops.
    private func start() -> Bool {
        let deadline = began + core.settings.requestDeadline
        let number = connection.handle(subject, deadline: deadline) { core.isStopping.load(ordering: .acquiring) }
        guard let number else { return false }
        let request = HTTPRequest(head, body: body, from: connection.remoteAddress, deadline: deadline)
        body = []
        let answering: @Sendable () async -> Void = { [responder = core.responder, match, connection, subject] in
            let response = await responder.respond(to: request, by: match)
            connection.answer(PreparedResponse(response, traceparent: subject.trace.traceparent), to: number)
        }
        // Begun on this thread, most handlers save a change of threads; but a large body is not to be decoded on it.
        let isLarge = request.body.count > Exchange.largeBody
        let task = isLarge ? Task(operation: answering) : Task.immediate(operation: answering)
        connection.attach(task, to: number)
        return true
    }

    /// Answers without a handler.
    private func refuse(_ problem: Problem) -> MHD_Result {
        guard let response = subject.response(problem) else { return .NO }
        if head.objection != nil { response.add("Connection", "close") }
        connection.sendDirectly()
        return queue(response)
    }

    private func queue(_ response: PreparedResponse) -> MHD_Result {
        if core.isDraining.load(ordering: .relaxed), head.objection == nil { response.add("Connection", "close") }
        var route: Router.Route?
        if case .success(let match) = match { route = match.route }
        let duration = ContinuousClock.now - began
        core.record(
            head, route: route, received: received, response: response, duration: duration,
            from: connection.remoteAddress)
        return response.queue(on: handle)
    }
}

extension HTTPRequest {
    fileprivate init(
        _ head: RequestHead, body: [UInt8], from remoteAddress: String, deadline: ContinuousClock.Instant
    ) {
        // Without a method there is no route, and no handler either.
        self.init(
            head.method ?? .get, head.path, query: head.query ?? [:], headers: head.headers, body: body,
            remoteAddress: remoteAddress, deadline: deadline, trace: head.trace)
    }
}
