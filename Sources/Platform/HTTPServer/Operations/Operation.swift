/// What a route is for and who may call it, declared where the route is.
///
/// A class, so that each request carries it for the price of a reference.
public final class Operation: Sendable {
    /// The name for programs, unique in an API: `placeOrder`.
    public let id: String
    /// What it does, in a few words, without a full stop: `Places an order`.
    public let summary: String
    /// The heading under which it is described, such as `Orders`.
    public let tag: String
    public let access: Access
    /// What else there is to say, in sentences; nil where the summary says it all.
    public let details: String?
    /// What a request says in its path, query and headers.
    public let parameters: [Parameter]
    /// Nil where a request has none.
    public let body: Body?
    /// The answers that are this operation's own. What follows from its access, its class and its form need not be named:
    /// 400, 401, 403, 404, 406, 413, 415, 422, 429, 500, 503.
    public let answers: [Answer]
    /// The media types of its answers where all goes well.
    let mediaTypes: [String]
    private let statedClass: RouteClass?

    /// - Parameter routeClass: where it is not what the method implies, as where a POST changes nothing.
    public init(
        _ id: String, _ summary: String, tag: String, access: Access, routeClass: RouteClass? = nil,
        details: String? = nil, parameters: [Parameter] = [], body: Body? = nil, answers: [Answer] = []
    ) {
        self.id = id
        self.summary = summary
        self.tag = tag
        self.access = access
        self.details = details
        self.parameters = parameters
        self.body = body
        self.answers = answers.map { $0.completed(by: parameters) }
        mediaTypes = answers.filter { $0.status < 300 }.compactMap(\.content?.type)
        statedClass = routeClass
    }

    /// The class of a request with `method`.
    public func routeClass(of method: HTTPMethod) -> RouteClass {
        if let statedClass { return statedClass }
        if access == .operational { return .operational }
        switch method {
        case .get, .head, .options: return .read
        case .post, .put, .patch, .delete: return .write
        }
    }
}
