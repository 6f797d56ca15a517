import HTTPServer

/// Refuses the requests of somebody who has made too many, with 429 and the time when the next may come.
///
/// Answers say in `RateLimit-Policy` and `RateLimit` (IETF draft-ietf-httpapi-ratelimit-headers) which limit holds and what
/// is left of it. Requests of orchestrators are never counted.
public struct RateLimitFilter: RequestFilter {
    /// Whose requests are counted together.
    enum Counting {
        /// Those that come from an address, before anybody looks who makes them. Of IPv6 the network of a household, 64
        /// bits, is one address.
        case address
        /// Those of a caller, after the filter that knows callers; of nobody known, those that come from an address.
        case caller
    }

    private let limiter: RateLimiter
    private let counting: Counting
    private let all: RateLimit?
    private let writes: RateLimit?

    init(_ counting: Counting, by limiter: RateLimiter, _ settings: RateLimitSettings) {
        func limit(_ name: String, _ quota: Int) -> RateLimit? {
            quota > 0 ? RateLimit(name, quota: quota, window: settings.window) : nil
        }
        self.limiter = limiter
        self.counting = counting
        switch counting {
        case .address: (all, writes) = (limit("address", settings.requestsOfAddress), nil)
        case .caller: (all, writes) = (limit("default", settings.requests), limit("write", settings.writes))
        }
    }

    public func respond(
        to request: HTTPRequest, next: @Sendable (HTTPRequest) async throws -> HTTPResponse
    ) async throws -> HTTPResponse {
        guard let limit = limit(for: request) else { return try await next(request) }
        let verdict = limiter.admit(who(made: request), by: limit)
        var response: HTTPResponse
        if verdict.isAdmitted {
            response = try await next(request)
        } else {
            let problem = Problem.tooManyRequests(limit, retryAfter: verdict.reset)
            response = problem.response(to: request)
        }
        response.headers.append("RateLimit-Policy", "\"\(limit.name)\";q=\(limit.quota);w=\(limit.seconds)")
        response.headers.append("RateLimit", "\"\(limit.name)\";r=\(verdict.remaining);t=\(verdict.reset)")
        return response
    }

    private func limit(for request: HTTPRequest) -> RateLimit? {
        switch request.operation?.routeClass(of: request.method) {
        case .operational: nil
        case .write: writes ?? all
        case .read, nil: all
        }
    }

    private func who(made request: HTTPRequest) -> String {
        if counting == .caller, let caller = request.caller, caller != .anybody {
            return "caller:\(caller.subject.prefix(200))"
        }
        return "address:\(NetworkAddress(request.remoteAddress)?.household.description ?? request.remoteAddress)"
    }
}

extension HTTPHeaders {
    /// Adds an item to a field that is a list, where there may be one already.
    fileprivate mutating func append(_ name: String, _ item: String) {
        self[name] = self[name].map { "\($0), \(item)" } ?? item
    }
}

extension Problem {
    fileprivate static func tooManyRequests(_ limit: RateLimit, retryAfter: Int64) -> Problem {
        Problem(
            status: 429, type: "/problems/too-many-requests", title: "Too many requests",
            detail: "No more than \(limit.quota) requests are taken in \(limit.seconds) s.",
            headers: ["Retry-After": String(retryAfter)])
    }
}
