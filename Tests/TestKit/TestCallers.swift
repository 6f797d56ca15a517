import HTTPServer

/// Believes what a request says of its caller in the header `Test-Caller`: `customer <subject>`. Without it the caller may
/// do everything.
public struct TestCallers: RequestFilter {
    public init() {}

    public func respond(
        to request: HTTPRequest, next: @Sendable (HTTPRequest) async throws -> HTTPResponse
    ) async throws -> HTTPResponse {
        var request = request
        let words = request.headers["Test-Caller"]?.split(separator: " ").map(String.init) ?? []
        request.caller =
            words.count == 2
            ? Caller(
                subject: words[1], roles: Set(words[0].split(separator: ",").compactMap { Role(rawValue: String($0)) }))
            : .anybody
        return try await next(request)
    }
}
