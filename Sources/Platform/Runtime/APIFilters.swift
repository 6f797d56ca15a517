import HTTPServer
import Observability
import Postgres
import RateLimiting

/// What every request to an API passes on its way to a route, and every answer on its way back.
public struct APIFilters: Sendable {
    /// Tells who is calling: a part of the process, since it looks for new keys.
    public let authentication: Authentication
    /// Counts requests: a part of the process, since it shares its counts with the API's other processes.
    public let limits: RateLimiter
    private let cors: CORSFilter

    /// - Parameter database: the API's own, where counts are shared.
    public init(_ settings: APISettings, sharing database: PostgresPool, logger: Logger) {
        authentication = Authentication(settings.authentication, logger: logger)
        limits = RateLimiter(settings.rateLimits, sharing: database, logger: logger)
        cors = settings.cors
    }

    /// The outermost first. CORS is around all others, so that a page of another origin can read a refusal, too. An address
    /// is counted before anybody looks at its tokens, which is what costs; a caller once it is known who that is.
    var inOrder: [any RequestFilter] { [cors, limits.byAddress, authentication, limits.byCaller] }
}

extension HTTPServer {
    /// The server of an API, where and as the process was told to.
    public convenience init(_ settings: APISettings, router: Router, behind filters: APIFilters, logger: Logger) {
        self.init(
            at: settings.address, router: router, filters: filters.inOrder, settings: settings.http, logger: logger)
    }
}
