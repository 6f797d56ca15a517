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
    private let statedClass: RouteClass?

    /// - Parameter routeClass: where it is not what the method implies, as where a POST changes nothing.
    public init(_ id: String, _ summary: String, tag: String, access: Access, routeClass: RouteClass? = nil) {
        self.id = id
        self.summary = summary
        self.tag = tag
        self.access = access
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
