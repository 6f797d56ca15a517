import DomainKit
import Tracing

/// A request as a handler gets it: the whole of it has arrived.
public struct HTTPRequest: Sendable {
    /// The method. A HEAD request reaches the handler of GET, and still says `.head` here.
    public let method: HTTPMethod
    /// The path as it was sent, percent-encoded, without the query.
    public let path: String
    public let query: QueryParameters
    public let headers: HTTPHeaders
    public let body: [UInt8]
    /// The client's address in text, such as `127.0.0.1`; empty where it is not known.
    public let remoteAddress: String
    /// When the server answers 503 by itself and cancels the handler's task.
    public let deadline: ContinuousClock.Instant
    /// The trace that the request belongs to: the client's by its `traceparent`, or a new one.
    public let trace: TraceContext
    /// The template of the route that was taken, such as `/api/orders/{orderId}`; empty before a route is found.
    public internal(set) var route = ""
    /// What the route that was taken is for; nil where there is no route.
    public internal(set) var operation: Operation?
    /// Who sent it, as a filter found out; nil where nobody asked, as for routes that are open to all.
    public var caller: Caller?
    var pathParameters: [String: String] = [:]

    public init(
        _ method: HTTPMethod, _ path: String, query: QueryParameters = [:], headers: HTTPHeaders = [:],
        body: [UInt8] = [], remoteAddress: String = "", deadline: ContinuousClock.Instant = .now + .seconds(10)
    ) {
        self.init(
            method, path, query: query, headers: headers, body: body, remoteAddress: remoteAddress, deadline: deadline,
            trace: headers.trace ?? .root(isSampled: false))
    }

    init(
        _ method: HTTPMethod, _ path: String, query: QueryParameters, headers: HTTPHeaders, body: [UInt8],
        remoteAddress: String, deadline: ContinuousClock.Instant, trace: TraceContext
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.remoteAddress = remoteAddress
        self.deadline = deadline
        self.trace = trace
    }

    /// The value of a parameter of the route's template, percent-decoded; empty where the template has no such name.
    public func path(_ name: String) -> String { pathParameters[name] ?? "" }

    /// The path parameter as an identity.
    /// - Throws: 404 where it is no UUID, since nothing can be there.
    public func id(_ pathParameter: String) throws(Problem) -> EntityID {
        guard let id = EntityID(path(pathParameter)) else { throw .notFound() }
        return id
    }

    /// What all that follows from this request carries on: its trace, and `X-Correlation-ID` where the client sent one
    /// that is fit to be kept, else the trace's id.
    public var cause: Cause {
        let sent = headers["x-correlation-id"].flatMap { $0.isFitForCorrelation ? $0 : nil }
        return Cause(
            correlationID: sent ?? trace.traceID, traceparent: trace.traceparent, tracestate: trace.tracestate)
    }
}

extension String {
    /// 1 to 128 visible ASCII characters: anything else has no place in logs and message headers.
    fileprivate var isFitForCorrelation: Bool {
        (1...128).contains(utf8.count) && utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}
