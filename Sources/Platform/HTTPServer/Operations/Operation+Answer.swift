import JSON

extension Operation {
    /// An answer that a client must be ready for.
    public struct Answer: Sendable {
        /// What the body is.
        public struct Content: Sendable {
            /// Its media type, without parameters.
            public let type: String
            public let schema: JSONSchema
        }

        public let status: Int
        /// When it is given, in a sentence.
        public let meaning: String
        /// Nil where there is no body.
        public let content: Content?
        /// Header fields besides those that every answer has.
        public let headers: [Header]
        /// The problems that it can tell of; empty where it is no problem document.
        public let problems: [Problem]

        /// A JSON document.
        public static func json(
            _ status: Int = 200, _ schema: JSONSchema, _ meaning: String, headers: [Header] = []
        ) -> Answer {
            Answer(
                status: status, meaning: meaning, content: Content(type: "application/json", schema: schema),
                headers: headers, problems: [])
        }

        /// 200 with a page of a list, as of ``HTTPResponse/page(_:of:)``.
        public static func page(of item: JSONSchema, _ meaning: String) -> Answer {
            let name = item.name.map { "\($0)Page" }
            let page = JSONSchema.object(
                name, .required("items", .array(of: item)),
                .required(
                    "nextCursor", JSONSchema.string(example: "MDE5N2EwZTA").orNull,
                    "Where the next page begins; null at the end of the list."))
            return json(200, page, meaning, headers: [.link])
        }

        /// A body that is no JSON.
        public static func text(_ type: String, _ meaning: String, example: String) -> Answer {
            Answer(
                status: 200, meaning: meaning, content: Content(type: type, schema: .string(example: example)),
                headers: [], problems: [])
        }

        /// The same with the headers that follow from what a request can say.
        func completed(by parameters: [Parameter]) -> Answer {
            guard status < 300 else { return self }
            var headers = headers
            if parameters.header("Idempotency-Key").isThere { headers.append(.idempotentReplayed) }
            if content != nil, parameters.header("If-Match").isThere || parameters.header("If-None-Match").isThere {
                headers.append(.etag)
            }
            return Answer(status: status, meaning: meaning, content: content, headers: headers, problems: problems)
        }

        /// No body.
        public static func empty(_ status: Int = 204, _ meaning: String) -> Answer {
            Answer(status: status, meaning: meaning, content: nil, headers: [], problems: [])
        }

        /// A problem document (RFC 9457).
        public static func problem(_ problem: Problem, _ meaning: String? = nil, headers: [Header] = []) -> Answer {
            Answer(
                status: problem.status, meaning: meaning ?? problem.detail ?? problem.title,
                content: Content(type: Problem.mediaType, schema: Problem.schema), headers: headers,
                problems: [problem])
        }
    }

    /// A header field of answers.
    public struct Header: Sendable {
        public let name: String
        public let schema: JSONSchema
        /// What it says, for people.
        public let meaning: String

        public init(_ name: String, _ schema: JSONSchema, _ meaning: String) {
            self.name = name
            self.schema = schema
            self.meaning = meaning
        }
    }

    /// The body of a request.
    public struct Body: Sendable {
        public let schema: JSONSchema
        /// Whether a request without it is refused.
        public let isRequired: Bool

        /// A JSON document.
        public static func json(_ schema: JSONSchema, required isRequired: Bool = true) -> Body {
            Body(schema: schema, isRequired: isRequired)
        }
    }
}

extension Operation.Header {
    /// Where what was made can be found.
    public static let location = Operation.Header(
        "Location", .string(format: "uri-reference", example: "/api/things/0197a0e0-7c4b-7d31-9a52-3f1c5f0e8a11"),
        "Where what was made can be found.")
    /// The next page of a list.
    public static let link = Operation.Header(
        "Link", .string(example: "</api/things?cursor=MDE5N2EwZTA>; rel=\"next\""),
        "The next page, as `rel=\"next\"`; left out at the end of the list.")
    /// When to try again.
    public static let retryAfter = Operation.Header(
        "Retry-After", .integer(0...86_400, example: 1), "When to try again, in seconds.")
    /// The methods that a path has.
    public static let allow = Operation.Header("Allow", .string(example: "GET, HEAD"), "The methods that are allowed.")
    /// Which representation this is.
    static let etag = Operation.Header(
        "ETag", .string(example: "\"9f86d081884c7d659a2feaa0c55ad015\""), "Which representation this is, byte by byte.")
    /// Whether the answer was given before.
    static let idempotentReplayed = Operation.Header(
        "Idempotent-Replayed", .oneOf(["true"]), "There where the answer was given before to the same request.")
    /// The limits that hold, and what is left of them.
    static let rateLimits = [
        Operation.Header(
            "RateLimit-Policy", .string(example: "\"default\";q=100;w=60"),
            "How many requests are taken in how many seconds."),
        Operation.Header(
            "RateLimit", .string(example: "\"default\";r=50;t=30"), "How many are left, and when there will be more."),
    ]
    /// The trace of the request.
    static let traceparent = Operation.Header(
        "Traceparent",
        .string(
            pattern: "^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$",
            example: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        "The request's place in its trace (W3C Trace Context): what operators find it by.")
    /// Whether almost every answer has it, so that people need not be told each time.
    var isEverywhere: Bool { name == Self.traceparent.name || Self.rateLimits.contains { $0.name == name } }

    /// How a client can say who it is.
    public static let wwwAuthenticate = Operation.Header(
        "WWW-Authenticate", .string(example: "Bearer"), "How to say who calls, and what is wrong with the token.")
}
