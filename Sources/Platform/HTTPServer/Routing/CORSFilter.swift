/// Lets the pages of other origins use the API from a browser (Fetch standard, CORS protocol).
///
/// Without origins no answer has a CORS header, and browsers let no other origin in. Cookies are never allowed: tokens
/// travel in `Authorization`, which a page sets by itself.
public struct CORSFilter: RequestFilter {
    private static let requestHeaders =
        "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Traceparent, X-Correlation-ID"
    private static let answerHeaders =
        "Allow, ETag, Idempotent-Replayed, Link, Location, RateLimit, RateLimit-Policy, Retry-After, Traceparent, "
        + "WWW-Authenticate"
    /// How long a browser may remember what it was told, in seconds.
    private static let memory = 600

    private let origins: Set<String>

    /// - Parameter origins: such as `https://shop.example`; `*` for all. Where there are none, the filter does nothing.
    public init(allowing origins: [String]) { self.origins = Set(origins) }

    /// Whether any other origin is let in.
    public var isOn: Bool { !origins.isEmpty }

    public func respond(
        to request: HTTPRequest, next: @Sendable (HTTPRequest) async throws -> HTTPResponse
    ) async throws -> HTTPResponse {
        guard isOn else { return try await next(request) }
        var response = try await next(request)
        response.headers.add("Vary", "Origin")
        guard let origin = request.headers["Origin"], origins.contains(origin) || origins.contains("*") else {
            return response
        }
        response.headers["Access-Control-Allow-Origin"] = origins.contains("*") ? "*" : origin
        if request.method == .options, request.headers["Access-Control-Request-Method"] != nil {
            response.headers["Access-Control-Allow-Methods"] = response.headers["Allow"]
            response.headers["Access-Control-Allow-Headers"] = Self.requestHeaders
            response.headers["Access-Control-Max-Age"] = String(Self.memory)
        } else {
            response.headers["Access-Control-Expose-Headers"] = Self.answerHeaders
        }
        return response
    }
}
