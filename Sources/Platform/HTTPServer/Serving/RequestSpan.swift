import Tracing

extension HTTPHeaders {
    /// The trace that the sender is in; nil where it said nothing that is valid.
    var trace: TraceContext? {
        let parents = values("traceparent")
        guard parents.count == 1 else { return nil }
        let states = values("tracestate")
        return TraceContext(
            traceparent: parents[0], tracestate: states.isEmpty ? nil : states.joined(separator: ","))
    }
}

extension Tracer {
    /// Begins the span of a request, by OpenTelemetry's conventions for HTTP servers. Requests of orchestrators and the
    /// like, which come all day, begin no trace.
    func begin(
        _ head: RequestHead, _ match: Result<RouteMatch, Problem>, from address: String,
        began: ContinuousClock.Instant
    ) -> (TraceContext, Span?) {
        let route = try? match.get().route
        let (context, span) = begin(
            name(head, route), .server, continuing: head.trace,
            mayBegin: route?.operation.access != .operational, began: began)
        guard let span else { return (context, nil) }
        span.set("http.request.method", .string(head.method?.rawValue ?? "_OTHER"))
        if let route { span.set("http.route", .string(route.template)) }
        span.set("url.scheme", .string("http"))
        span.set("url.path", .string(head.path))
        span.set("client.address", .string(address))
        if let host = head.headers["host"] { span.set(host: host) }
        if let agent = head.headers["user-agent"] {
            span.set("user_agent.original", .string(String(agent.prefix(200))))
        }
        return (context, span)
    }

    /// Of few different values, so without a path that nobody knows.
    private func name(_ head: RequestHead, _ route: Router.Route?) -> String {
        let method = head.method?.rawValue ?? "HTTP"
        return route.map { "\(method) \($0.template)" } ?? method
    }
}

extension Span {
    /// Whom the client asked, as it said: `shop.example:8081`.
    fileprivate func set(host: String) {
        guard let colon = host.lastIndex(of: ":"), let port = Int(host[host.index(after: colon)...]) else {
            return set("server.address", .string(host))
        }
        set("server.address", .string(String(host[..<colon])))
        set("server.port", .integer(port))
    }

    /// The answer is there. One that the client is to blame for is no failure of the server.
    func end(status: Int) {
        set("http.response.status_code", .integer(status))
        if status >= 500 { fail(String(status)) }
        end()
    }
}
