import Tracing

/// Where one TCP connection is in the life of its requests. Pure: it decides, and ``Connection`` acts.
///
/// ```
/// waiting → arriving → receiving → handling → answered → sending → waiting …
/// ```
///
/// Two threads race for the step from `handling` to `answered`: the handler's task and the watch, which enforces the
/// deadline. Whoever comes first answers; the other is too late, also when the connection serves another request by then.
struct ConnectionPhase {
    typealias Instant = ContinuousClock.Instant

    enum Phase {
        /// No request, or a part of its first line.
        case waiting(since: Instant)
        /// The first line is here, the headers arrive.
        case arriving(since: Instant)
        /// The headers are here, the body arrives. The time is that of the first line.
        case receiving(since: Instant)
        case handling(Handling)
        /// The answer is there, and the polling thread will take it.
        case answered(PreparedResponse?)
        /// libmicrohttpd has the answer.
        case sending(since: Instant)
    }

    struct Handling {
        let since: Instant
        let deadline: Instant
        let subject: RequestSubject
        /// Whether libmicrohttpd has been told to leave the connection alone until it is resumed.
        var isSuspended = false
        /// Known a moment after the task started.
        var task: Task<Void, Never>?
        /// Whether the client has gone.
        var isAbandoned = false
    }

    /// What to do about a connection that has been in its phase for long.
    enum Overdue {
        case nothing
        /// The handler is late: answer in its place.
        case deadline
        /// The handler runs for a while: look whether its client is still there.
        case probe
        /// There is no whole request: look whether there can ever be one.
        case probeUnfinished
        /// The client is too slow: end the connection.
        case disconnect
    }

    private(set) var phase: Phase
    /// Counts the requests of the connection, so that a late answer is told from a timely one to the next request.
    private(set) var request = 0

    init(now: Instant) { phase = .waiting(since: now) }

    /// The first line of a request is here.
    mutating func arrive(now: Instant) { phase = .arriving(since: now) }

    /// The headers of a request are here.
    mutating func begin(now: Instant) {
        request += 1
        if case .arriving(let since) = phase {
            phase = .receiving(since: since)
        } else {
            phase = .receiving(since: now)
        }
    }

    /// The whole request is here and its handler is about to start.
    /// - Returns: the number that the answer must carry.
    mutating func handle(_ subject: RequestSubject, now: Instant, deadline: Instant) -> Int {
        phase = .handling(Handling(since: now, deadline: deadline, subject: subject))
        return request
    }

    /// Remembers the handler's task.
    mutating func attach(_ task: Task<Void, Never>, to request: Int) {
        guard request == self.request, case .handling(var handling) = phase else { return }
        handling.task = task
        phase = .handling(handling)
    }

    /// Offers an answer; nil where none could be made, which ends the connection.
    /// - Returns: whether it was taken, and if so whether the connection is to be resumed.
    mutating func answer(_ response: PreparedResponse?, to request: Int) -> (isTaken: Bool, mustResume: Bool) {
        guard request == self.request, case .handling(let handling) = phase else { return (false, false) }
        phase = .answered(response)
        return (true, handling.isSuspended)
    }

    /// Asked by the polling thread, which cannot wait for the handler.
    /// - Returns: whether to suspend the connection; false where the answer is there already.
    mutating func suspend() -> Bool {
        guard case .handling(var handling) = phase, !handling.isSuspended else { return false }
        handling.isSuspended = true
        phase = .handling(handling)
        return true
    }

    /// Takes the answer in order to send it.
    mutating func takeResponse(now: Instant) -> PreparedResponse? {
        guard case .answered(let response) = phase else { return nil }
        phase = .sending(since: now)
        return response
    }

    /// An answer that needed no handler goes out.
    mutating func sendDirectly(now: Instant) { phase = .sending(since: now) }

    /// libmicrohttpd is done with the request, answered or not.
    /// - Returns: the task of a handler that nobody waits for any more.
    mutating func complete(now: Instant) -> Task<Void, Never>? {
        defer { phase = .waiting(since: now) }
        return handling?.task
    }

    /// The client has gone while the handler runs.
    /// - Returns: the task to cancel.
    mutating func abandon() -> Task<Void, Never>? {
        guard case .handling(var handling) = phase else { return nil }
        handling.isAbandoned = true
        phase = .handling(handling)
        return handling.task
    }

    /// The handler that runs, where one does.
    var handling: Handling? {
        guard case .handling(let handling) = phase else { return nil }
        return handling
    }

    func overdue(now: Instant, settings: HTTPServerSettings) -> Overdue {
        switch phase {
        case .waiting(let since): return unfinished(for: now - since, limit: settings.idleTimeout)
        case .arriving(let since), .receiving(let since):
            return unfinished(for: now - since, limit: settings.readTimeout)
        case .sending(let since): return since.duration(to: now) > settings.sendTimeout ? .disconnect : .nothing
        case .answered: return .nothing
        case .handling(let handling):
            if now >= handling.deadline { return .deadline }
            let isProbed = handling.isSuspended && !handling.isAbandoned
            return isProbed && now - handling.since > .milliseconds(50) ? .probe : .nothing
        }
    }

    private func unfinished(for duration: Duration, limit: Duration) -> Overdue {
        if duration > limit { return .disconnect }
        return duration > .milliseconds(500) ? .probeUnfinished : .nothing
    }
}

/// What a request was about, for an answer that its handler did not give.
struct RequestSubject: Sendable {
    let path: String
    let trace: TraceContext

    func response(_ problem: Problem) -> PreparedResponse? {
        let response = problem.response(instance: path, traceID: trace.traceID)
        return PreparedResponse(response, traceparent: trace.traceparent)
    }
}
