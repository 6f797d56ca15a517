import JSON

/// An answer that many operations have, kept once in a document under its name.
struct SharedAnswer: Sendable {
    /// The name under which documents keep it.
    let name: String
    let answer: Operation.Answer
}

extension Operation {
    /// Every answer that a client must be ready for: the operation's own, and those that follow from what it is.
    public func allAnswers(to method: HTTPMethod, at template: String) -> [Answer] {
        answers + impliedAnswers(to: method == .head ? .get : method, at: template).map(\.answer)
    }

    /// The answers that follow from what the operation is, so that no operation has to name them: this is the one place
    /// where they are.
    func impliedAnswers(to method: HTTPMethod, at template: String) -> [SharedAnswer] {
        var answers = [SharedAnswer.badRequest]
        if case .roles = access { answers += [.unauthorized, .forbidden] }
        if template.contains("{") { answers.append(.notFound) }
        if !mediaTypes.isEmpty { answers.append(.notAcceptable) }
        if body != nil { answers += [.tooLarge, .unsupportedMediaType, .invalidFields] }
        if parameters.header("Idempotency-Key").isThere { answers.append(.keyReused) }
        if parameters.header("If-None-Match").isThere, method == .get { answers.append(.notModified) }
        if method != .get, parameters.header("If-Match").isThere || parameters.header("If-None-Match").isThere {
            answers.append(.preconditionFailed)
        }
        if parameters.header("If-Match").isRequired { answers.append(.preconditionRequired) }
        if routeClass(of: method) != .operational { answers.append(.tooManyRequests) }
        return answers + [.internalError, .unavailable]
    }
}

extension SharedAnswer {
    private init(
        _ name: String, _ problem: Problem, _ meaning: String, headers: [Operation.Header] = []
    ) {
        self.init(name: name, answer: .problem(problem, meaning, headers: headers))
    }

    static let badRequest = SharedAnswer(
        "BadRequest", .invalidParameter("limit", "must be an integer from 1 to 200"),
        "The request cannot be understood: its query, a header, or its body, which is no JSON.")
    static let unauthorized = SharedAnswer(
        "Unauthorized", .unauthorized(),
        "There is no token, or none that holds.", headers: [.wwwAuthenticate])
    static let forbidden = SharedAnswer(
        "Forbidden", .forbidden("This takes one of the roles: admin."),
        "The caller has none of the roles that this is for, or asks for what is not theirs.",
        headers: [.wwwAuthenticate])
    static let notFound = SharedAnswer("NotFound", .notFound(), "Nothing is there, or it is not the caller's.")
    static let notAcceptable = SharedAnswer(
        "NotAcceptable", .notAcceptable(["application/json"]), "`Accept` excludes what there is.")
    static let tooLarge = SharedAnswer("ContentTooLarge", .tooLarge(limit: 1 << 20), "The body is too large.")
    static let unsupportedMediaType = SharedAnswer(
        "UnsupportedMediaType", .unsupportedMediaType, "The body is not JSON in UTF-8.",
        headers: [Operation.Header("Accept", .string(example: "application/json"), "What can be read.")])
    static let invalidFields = SharedAnswer(
        "InvalidFields", .unprocessable("/items/0/quantity", "must be an integer from 1 to 10000"),
        "The body is JSON, but fields of it are wrong: all of them are named.")
    static let keyReused = SharedAnswer(
        "IdempotencyKeyReused", .idempotencyKeyReused, "The `Idempotency-Key` was used for another request.")
    static let notModified = SharedAnswer(
        name: "NotModified",
        answer: Operation.Answer(
            status: 304, meaning: "It is what the client has already.", content: nil, headers: [.etag], problems: []))
    static let preconditionFailed = SharedAnswer(
        "PreconditionFailed", .preconditionFailed, "It is not what the client says that it is.")
    static let preconditionRequired = SharedAnswer(
        "PreconditionRequired", .preconditionRequired, "`If-Match` is missing.")
    static let tooManyRequests = SharedAnswer(
        "TooManyRequests",
        Problem(status: 429, detail: "Too many requests.", headers: ["Retry-After": "30"]),
        "The caller has made too many requests.", headers: [.retryAfter])
    static let internalError = SharedAnswer("InternalError", .internalError, "The server failed.")
    static let unavailable = SharedAnswer(
        "Unavailable", .unavailable("The service is temporarily unavailable."),
        "Something needed is away, or the server has too much to do: the same request may succeed later.",
        headers: [.retryAfter])
}
