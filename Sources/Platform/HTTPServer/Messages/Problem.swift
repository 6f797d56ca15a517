import JSON

/// An answer that says what is wrong (RFC 9457), to be thrown by handlers.
public struct Problem: Error, Sendable, Equatable {
    /// One faulty part of the request.
    public struct Fault: Sendable, Equatable, JSONEncodable {
        /// Which part of the request.
        public enum Place: Sendable, Equatable {
            /// A place in the body, as a JSON pointer (RFC 6901).
            case pointer(String)
            /// A query parameter.
            case parameter(String)
            /// A header field.
            case header(String)
        }

        public let place: Place
        /// What is wrong, as the end of a sentence: "must be a UUID".
        public let detail: String

        public init(_ place: Place, detail: String) {
            self.place = place
            self.detail = detail
        }

        public func write(to json: inout JSONWriter) {
            json.object { json in
                switch place {
                case .pointer(let pointer): json.field("pointer", pointer)
                case .parameter(let name): json.field("parameter", name)
                case .header(let name): json.field("header", name)
                }
                json.field("detail", detail)
            }
        }
    }

    public let status: Int
    /// Tells kinds of problems apart for programs; `about:blank` where the status says it all.
    public let type: String
    /// The same for every problem of this type.
    public let title: String
    /// This very case, in a sentence that the client may see.
    public let detail: String?
    /// All faults of the request at once.
    public let errors: [Fault]
    /// Header fields of the answer, such as `Retry-After`.
    public let headers: HTTPHeaders

    /// - Parameter title: the status' own phrase where nil.
    public init(
        status: Int, type: String = "about:blank", title: String? = nil, detail: String? = nil, errors: [Fault] = [],
        headers: HTTPHeaders = [:]
    ) {
        self.status = status
        self.type = type
        self.title = title ?? reasonPhrase(of: status)
        self.detail = detail
        self.errors = errors
        self.headers = headers
    }

    /// The answer to `request`.
    public func response(to request: HTTPRequest) -> HTTPResponse {
        response(instance: request.path, traceID: request.trace.traceID)
    }

    /// - Parameters:
    ///   - instance: the path asked for.
    ///   - traceID: what operators find the request by.
    func response(instance: String, traceID: String) -> HTTPResponse {
        var json = JSONWriter()
        json.object { json in
            json.field("type", type)
            json.field("title", title)
            json.field("status", status)
            json.field("detail", ifPresent: detail)
            json.field("instance", instance)
            if !errors.isEmpty { json.field("errors", errors) }
            json.field("traceId", traceID)
        }
        var headers = headers
        headers["Content-Type"] = Problem.mediaType
        headers["Cache-Control"] = "no-store"
        return HTTPResponse(status: status, headers: headers, body: json.bytes)
    }
}

/// An error that a client may be told of. Others become a 500 that says nothing.
public protocol ProblemConvertible: Error {
    var problem: Problem { get }
}
