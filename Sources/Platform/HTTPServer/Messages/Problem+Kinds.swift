import JSON

extension Problem {
    /// 400: the request cannot be understood.
    public static func badRequest(_ detail: String) -> Problem { Problem(status: 400, detail: detail) }

    /// 400: a query parameter is wrong.
    public static func invalidParameter(_ name: String, _ detail: String) -> Problem {
        Problem(
            status: 400, type: "/problems/invalid-parameter", title: "Invalid query parameter",
            detail: "The query parameter \(name) \(detail).", errors: [Fault(.parameter(name), detail: detail)])
    }

    /// 400: a header field is missing or wrong.
    public static func invalidHeader(_ name: String, _ detail: String) -> Problem {
        Problem(
            status: 400, type: "/problems/invalid-header", title: "Invalid header",
            detail: "The header \(name) \(detail).", errors: [Fault(.header(name), detail: detail)])
    }

    /// 400: the body is not JSON at all.
    public static func malformedBody(_ detail: String) -> Problem {
        Problem(status: 400, type: "/problems/malformed-body", title: "Malformed body", detail: detail)
    }

    /// 404: nothing is there.
    public static func notFound(_ detail: String? = nil) -> Problem { Problem(status: 404, detail: detail) }

    /// 409: the request is well formed but what it would change is not in a state for it.
    public static func conflict(_ detail: String, type: String = "about:blank", title: String? = nil) -> Problem {
        Problem(status: 409, type: type, title: title, detail: detail)
    }

    /// 422: the body is JSON, but its fields are wrong; every fault by JSON pointer.
    public static func unprocessable(_ faults: [JSONFault]) -> Problem {
        Problem(
            status: 422, type: "/problems/invalid-fields", title: "Invalid fields",
            detail: "\(faults.count == 1 ? "One field is" : "\(faults.count) fields are") wrong.",
            errors: faults.map { Fault(.pointer($0.pointer), detail: $0.detail) })
    }

    /// 422: one field is wrong.
    public static func unprocessable(_ pointer: String, _ detail: String) -> Problem {
        unprocessable([JSONFault(pointer: pointer, detail: detail)])
    }

    /// 503: what is needed is away for now.
    /// - Parameter retryAfter: when to try again, in seconds.
    public static func unavailable(_ detail: String? = nil, retryAfter: Int = 1) -> Problem {
        Problem(status: 503, detail: detail, headers: ["Retry-After": String(retryAfter)])
    }

    /// 500: the client learns nothing but that it was not its fault.
    static let internalError = Problem(status: 500, detail: "The server failed to handle the request.")

    static let deadlineExceeded = Problem(
        status: 503, type: "/problems/deadline-exceeded", title: "Deadline exceeded",
        detail: "The request was not answered in time. It may or may not have taken effect.",
        headers: ["Retry-After": "1"])

    static let overloaded = Problem(
        status: 503, type: "/problems/overloaded", title: "Overloaded",
        detail: "The server has more to do than it can. The request had no effect.", headers: ["Retry-After": "1"])

    static let shuttingDown = Problem(
        status: 503, detail: "The server is shutting down.", headers: ["Retry-After": "1"])

    static func tooLarge(limit: Int) -> Problem {
        Problem(status: 413, detail: "The body must not be larger than \(limit) bytes.")
    }

    /// 406: the client takes none of what there is.
    static func notAcceptable(_ types: [String]) -> Problem {
        Problem(status: 406, detail: "What there is: \(types.joined(separator: ", ")).")
    }

    static let unsupportedMediaType = Problem(
        status: 415, detail: "The body must be application/json in UTF-8.", headers: ["Accept": "application/json"])

    static func methodNotAllowed(allow: [HTTPMethod]) -> Problem {
        let allowed = allow.map(\.rawValue).joined(separator: ", ")
        return Problem(status: 405, detail: "Allowed here: \(allowed).", headers: ["Allow": allowed])
    }
}

/// The phrase of RFC 9110 for a status.
func reasonPhrase(of status: Int) -> String {
    switch status {
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 406: "Not Acceptable"
    case 408: "Request Timeout"
    case 409: "Conflict"
    case 410: "Gone"
    case 412: "Precondition Failed"
    case 413: "Content Too Large"
    case 415: "Unsupported Media Type"
    case 422: "Unprocessable Content"
    case 428: "Precondition Required"
    case 429: "Too Many Requests"
    case 500: "Internal Server Error"
    case 501: "Not Implemented"
    case 503: "Service Unavailable"
    case 504: "Gateway Timeout"
    default: "Status \(status)"
    }
}
