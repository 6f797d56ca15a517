import Encodings

/// Answers one request. What it throws becomes a problem document.
public typealias HTTPHandler = @Sendable (HTTPRequest) async throws -> HTTPResponse

/// Which handler answers which method and path.
///
/// A template is a path whose segments are text or a `{name}` that takes any one segment. Text is preferred to a name.
/// A GET route answers HEAD, too, and every template answers OPTIONS with the methods that it has.
public struct Router: Sendable {
    /// One method of one template.
    public struct Route: Sendable {
        public let method: HTTPMethod
        public let template: String
        public let operation: Operation
        let handler: HTTPHandler
        /// Tells it from all other routes of its router.
        let number: Int
    }

    /// All routes, in the order in which they were defined.
    public private(set) var routes: [Route] = []
    private var root = RouteNode()
    private var defined = 0

    public init() {}

    /// Lets `handler` answer `method` at `template`. A second definition of the same replaces the first.
    /// - Parameter operation: what the route is for and who may call it.
    public mutating func on(
        _ method: HTTPMethod, _ template: String, _ operation: Operation, handler: @escaping HTTPHandler
    ) {
        let route = Route(
            method: method, template: template, operation: operation, handler: handler, number: defined)
        defined += 1
        routes.removeAll { $0.method == method && $0.template == template }
        routes.append(route)
        root.insert(route, at: pathSegments(template))
    }

    public mutating func get(_ template: String, _ operation: Operation, handler: @escaping HTTPHandler) {
        on(.get, template, operation, handler: handler)
    }

    public mutating func post(_ template: String, _ operation: Operation, handler: @escaping HTTPHandler) {
        on(.post, template, operation, handler: handler)
    }

    public mutating func put(_ template: String, _ operation: Operation, handler: @escaping HTTPHandler) {
        on(.put, template, operation, handler: handler)
    }

    public mutating func delete(_ template: String, _ operation: Operation, handler: @escaping HTTPHandler) {
        on(.delete, template, operation, handler: handler)
    }

    /// The route for a request.
    /// - Throws: 404 where no template fits; 405 with `Allow` where one does, but not for this method; 400 where the path
    ///   is not percent-encoded UTF-8.
    func match(_ method: HTTPMethod?, _ path: String) throws(Problem) -> RouteMatch {
        guard path.hasPrefix("/") else { throw .notFound() }
        var segments: [String] = []
        for segment in pathSegments(path) {
            guard let decoded = percentDecoded(segment.utf8) else {
                throw .badRequest("The path is not percent-encoded UTF-8.")
            }
            segments.append(decoded)
        }
        guard let node = root.find(segments[...]) else { throw .notFound() }
        let fallback: HTTPMethod? = method == .head ? .get : nil
        guard let method, let route = node.routes[method] ?? fallback.flatMap({ node.routes[$0] }) else {
            if method == .options { return RouteMatch(route: node.options, parameters: [:]) }
            throw .methodNotAllowed(allow: node.allowed)
        }
        return RouteMatch(route: route, parameters: route.parameters(in: segments))
    }
}

/// The route taken and what its template's names stand for.
struct RouteMatch: Sendable {
    let route: Router.Route
    let parameters: [String: String]
}

/// Segments between slashes. A slash at the end makes another, empty one: `/a/` is not `/a`.
private func pathSegments(_ path: String) -> [Substring] {
    path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(\.self)
}

extension Router.Route {
    fileprivate func parameters(in segments: [String]) -> [String: String] {
        var parameters: [String: String] = [:]
        for (pattern, segment) in zip(pathSegments(template), segments) {
            if let name = parameterName(pattern) { parameters[name] = segment }
        }
        return parameters
    }
}

private func parameterName(_ pattern: Substring) -> String? {
    pattern.hasPrefix("{") && pattern.hasSuffix("}") ? String(pattern.dropFirst().dropLast()) : nil
}

/// A place in the tree of all templates.
private struct RouteNode: Sendable {
    var routes: [HTTPMethod: Router.Route] = [:]
    private var texts: [String: RouteNode] = [:]
    /// At most one element: the node for any segment.
    private var any: [RouteNode] = []

    mutating func insert(_ route: Router.Route, at segments: [Substring]) {
        guard let first = segments.first else {
            routes[route.method] = route
            return
        }
        let rest = Array(segments.dropFirst())
        if parameterName(first) != nil {
            if any.isEmpty { any.append(RouteNode()) }
            any[0].insert(route, at: rest)
        } else {
            texts[String(first), default: RouteNode()].insert(route, at: rest)
        }
    }

    func find(_ segments: ArraySlice<String>) -> RouteNode? {
        guard let first = segments.first else { return routes.isEmpty ? nil : self }
        let rest = segments.dropFirst()
        if let found = texts[first]?.find(rest) { return found }
        return first.isEmpty ? nil : any.first?.find(rest)
    }

    /// The methods for the `Allow` header.
    var allowed: [HTTPMethod] {
        HTTPMethod.allCases.filter { routes[$0] != nil || $0 == .options || ($0 == .head && routes[.get] != nil) }
    }

    /// Tells which methods there are.
    var options: Router.Route {
        let allowed = allowed.map(\.rawValue).joined(separator: ", ")
        let template = routes.values.first?.template ?? ""
        let handler: HTTPHandler = { _ in .empty(204, headers: ["Allow": allowed]) }
        // Numbers below zero belong to these alone.
        let number = -1 - (routes.values.first?.number ?? 0)
        return Router.Route(
            method: .options, template: template, operation: .options, handler: handler, number: number)
    }
}

extension Operation {
    /// What OPTIONS does at every template.
    fileprivate static let options = Operation(
        "options", "Tells which methods a path has", tag: "Options", access: .open)
}
