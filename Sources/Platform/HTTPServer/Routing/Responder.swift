import DomainKit
import Observability

/// Turns a request into an answer: leads it through the filters to the handler, and makes a problem document of what is
/// thrown on the way. Knows no socket.
struct Responder: Sendable {
    private let filters: [any RequestFilter]
    private let logger: Logger
    // While a database is away, every request fails for the same reason.
    private let refusals = LogLimit()

    /// - Parameter filters: the outermost first.
    init(filters: [any RequestFilter] = [], logger: Logger) {
        self.filters = filters
        self.logger = logger
    }

    /// Whether a request that can only be refused has anything to pass before it is.
    var hasFilters: Bool { !filters.isEmpty }

    /// Answers by the handler of the route that was taken.
    func respond(to request: HTTPRequest, by match: RouteMatch) async -> HTTPResponse {
        await respond(to: request, by: .success(match))
    }

    /// Answers by the handler of the route that was taken, or with the problem where none could be.
    func respond(to request: HTTPRequest, by match: Result<RouteMatch, Problem>) async -> HTTPResponse {
        var request = request
        if case .success(let match) = match {
            request.route = match.route.template
            request.operation = match.route.operation
            request.pathParameters = match.parameters
        }
        return await pass(request, through: filters[...], by: match)
    }

    private func pass(
        _ request: HTTPRequest, through filters: ArraySlice<any RequestFilter>, by match: Result<RouteMatch, Problem>
    ) async -> HTTPResponse {
        do {
            guard let filter = filters.first else {
                let route = try match.get().route
                // A handler that is not for all never runs for somebody unknown, whichever filters there are.
                if let objection = route.operation.access.objection(to: request.caller) { throw objection }
                try request.requireAcceptable(route.operation.mediaTypes)
                return try await route.handler(request)
            }
            return try await filter.respond(to: request) { request in
                await pass(request, through: filters.dropFirst(), by: match)
            }
        } catch {
            return problem(for: error, in: request).response(to: request)
        }
    }

    private func problem(for error: any Error, in request: HTTPRequest) -> Problem {
        var logger: Logger { self.logger.with(request.trace) }
        switch error {
        case let problem as Problem: return problem
        case let convertible as any ProblemConvertible: return convertible.problem
        case is CancellationError: return .shuttingDown
        case _ where error.meansTemporarilyUnavailable:
            if let heldBack = refusals.admit() {
                logger.warn(
                    "request refused: something needed is away", .error(error), .route(request), .heldBack(heldBack))
            } else {
                logger.debug("request refused: something needed is away", .error(error), .route(request))
            }
            return .unavailable("The service is temporarily unavailable.")
        default:
            logger.error("request failed", .error(error), .route(request))
            return .internalError
        }
    }
}

extension LogField {
    static func route(_ request: HTTPRequest) -> LogField {
        LogField("http.route", "\(request.method.rawValue) \(request.route)")
    }
}
