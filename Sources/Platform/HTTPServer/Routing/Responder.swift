import DomainKit
import Observability

/// Turns a request into an answer: runs the handler, and makes a problem document of what it throws.
/// Knows no socket.
struct Responder: Sendable {
    private let logger: Logger
    // While a database is away, every request fails for the same reason.
    private let refusals = LogLimit()

    init(logger: Logger) { self.logger = logger }

    /// Runs the handler of the route that was taken.
    func respond(to request: HTTPRequest, by match: RouteMatch) async -> HTTPResponse {
        var request = request
        request.route = match.route.template
        request.pathParameters = match.parameters
        do {
            return try await match.route.handler(request)
        } catch {
            return problem(for: error, in: request).response(to: request)
        }
    }

    private func problem(for error: any Error, in request: HTTPRequest) -> Problem {
        switch error {
        case let problem as Problem: return problem
        case let convertible as any ProblemConvertible: return convertible.problem
        case is CancellationError: return .shuttingDown
        case _ where error.meansTemporarilyUnavailable:
            if let heldBack = refusals.admit() {
                logger.warn(
                    "request refused: something needed is away", .error(error), .trace(request), .route(request),
                    .heldBack(heldBack))
            } else {
                logger.debug(
                    "request refused: something needed is away", .error(error), .trace(request), .route(request))
            }
            return .unavailable("The service is temporarily unavailable.")
        default:
            logger.error("request failed", .error(error), .trace(request), .route(request))
            return .internalError
        }
    }
}

extension LogField {
    static func trace(_ request: HTTPRequest) -> LogField { LogField("trace_id", request.trace.traceID) }
    static func route(_ request: HTTPRequest) -> LogField {
        LogField("http.route", "\(request.method.rawValue) \(request.route)")
    }
}
