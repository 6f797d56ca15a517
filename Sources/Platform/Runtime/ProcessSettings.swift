import AMQP
import HTTPServer
import Lifecycle
import Messaging
import Observability
import Postgres
import RateLimiting

/// Where a process listens.
public struct HTTPAddress: Sendable {
    public let host: String
    public let port: Int

    /// Reads `HTTP_HOST` and `HTTP_PORT`.
    public init(_ environment: Environment, defaultPort: Int) {
        host = environment.string(
            "HTTP_HOST", default: "127.0.0.1", "the address to listen on; 0.0.0.0 in a container")
        port = environment.integer("HTTP_PORT", default: defaultPort, in: 0...65_535, "the port; 0 for any free one")
    }
}

extension HTTPServer {
    /// A server that listens where the process was told to.
    public convenience init(
        at address: HTTPAddress, router: Router, filters: [any RequestFilter] = [],
        settings: HTTPServerSettings = HTTPServerSettings(), logger: Logger
    ) {
        self.init(
            host: address.host, port: address.port, router: router, filters: filters, settings: settings,
            logger: logger)
    }
}

/// What every API is told.
public struct APISettings: Sendable {
    public let database: PostgresSettings
    public let address: HTTPAddress
    public let http: HTTPServerSettings
    public let authentication: AuthenticationSettings
    public let rateLimits: RateLimitSettings
    /// Lets pages of other origins in, where any may.
    public let cors: CORSFilter

    /// - Throws: ``ConfigurationError`` with all that is wrong in `environment`.
    public init(_ environment: Environment, defaultPort: Int) throws(ConfigurationError) {
        database = environment.database(defaultPoolSize: 8)
        cors = environment.cors()
        address = HTTPAddress(environment, defaultPort: defaultPort)
        var http = HTTPServerSettings()
        http.requestDeadline = environment.duration(
            "HTTP_REQUEST_DEADLINE", default: http.requestDeadline, in: .milliseconds(100) ... .seconds(300),
            "how long a request may take until it is answered 503")
        http.readTimeout = environment.duration(
            "HTTP_READ_TIMEOUT", default: http.readTimeout, in: .seconds(1) ... .seconds(3_600),
            "how long a request may take to arrive, headers and body, until its connection is closed")
        http.idleTimeout = environment.duration(
            "HTTP_IDLE_TIMEOUT", default: http.idleTimeout, in: .seconds(1) ... .seconds(3_600),
            "how long a connection may stay without a request")
        http.sendTimeout = environment.duration(
            "HTTP_WRITE_TIMEOUT", default: http.sendTimeout, in: .seconds(1) ... .seconds(3_600),
            "how long a client may take to read an answer")
        http.concurrentRequestLimit = environment.integer(
            "HTTP_MAX_CONCURRENT_REQUESTS", default: http.concurrentRequestLimit, in: 1...100_000,
            "how many requests are worked on at once; more are answered 503 at once")
        http.trustedProxies = environment.value(
            "HTTP_TRUSTED_PROXIES", default: http.trustedProxies,
            "the proxies whose X-Forwarded-For or Forwarded says where a request comes from: addresses or networks, "
                + "separated by commas",
            expected: "must be addresses or networks separated by commas, such as 10.0.0.0/8,192.0.2.1",
            show: \.setting, read: TrustedProxies.init(setting:))
        http.connectionLimit = environment.integer(
            "HTTP_CONNECTION_LIMIT", default: http.connectionLimit, in: 1...100_000,
            "how many connections are served at once; fewer where the process may not open as many files")
        http.maximumBodySize = environment.integer(
            "HTTP_BODY_LIMIT", default: http.maximumBodySize, in: 1_024...(1 << 30),
            "the largest body that is taken, in bytes")
        http.maximumSizeOfBodies = environment.integer(
            "HTTP_BODIES_LIMIT", default: http.maximumSizeOfBodies, in: 1_024...(1 << 40),
            "how large all bodies together may be that are arriving, in bytes; more are answered 503")
        self.http = http
        authentication = environment.authentication()
        rateLimits = environment.rateLimits()
        try environment.validate()
    }
}

/// What every worker is told.
public struct WorkerSettings: Sendable {
    public let database: PostgresSettings
    public let broker: BrokerSettings
    /// Where health and metrics are served.
    public let address: HTTPAddress
    public let consumer: ConsumerSettings
    public let relay: RelaySettings
    public let retention: RetentionSettings

    /// - Throws: ``ConfigurationError`` with all that is wrong in `environment`.
    public init(_ environment: Environment, defaultPort: Int) throws(ConfigurationError) {
        // The relay keeps one connection for itself.
        database = environment.database(defaultPoolSize: 8, atLeast: 2)
        address = HTTPAddress(environment, defaultPort: defaultPort)
        consumer = environment.consumer()
        relay = environment.relay()
        retention = environment.retention()
        let url = environment.secret(
            "AMQP_URL", "the broker: amqp://user:password@host:port/vhost; of a cluster host:port,host:port and so on")
        if !url.isEmpty, let problem = BrokerSettings.problem(withURL: url) { environment.fault("AMQP_URL", problem) }
        broker = BrokerSettings(url: url)
        try environment.validate()
    }
}

extension Environment {
    /// Reads `CORS_ALLOWED_ORIGINS`.
    fileprivate func cors() -> CORSFilter {
        let origins = value(
            "CORS_ALLOWED_ORIGINS", default: [String](),
            "the origins whose pages may use the API from a browser, separated by commas; * for all, empty for none",
            expected: "must be origins such as https://shop.example, separated by commas, or *",
            show: { $0.joined(separator: ",") },
            read: { text in
                let origins = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
                return origins.allSatisfy(\.isOrigin) ? origins : nil
            })
        return CORSFilter(allowing: origins)
    }

    /// Reads `DATABASE_URL` and `DATABASE_POOL_SIZE`.
    public func database(defaultPoolSize: Int, atLeast least: Int = 1) -> PostgresSettings {
        let url = secret("DATABASE_URL", "the domain's database: postgresql://user:password@host:port/database")
        if !url.isEmpty, let problem = PostgresSettings.problem(withURL: url) { fault("DATABASE_URL", problem) }
        let poolSize = integer(
            "DATABASE_POOL_SIZE", default: defaultPoolSize, in: least...100, "the most connections that are opened")
        return PostgresSettings(url: url, poolSize: poolSize)
    }

    /// Reads how many requests somebody may make.
    fileprivate func rateLimits() -> RateLimitSettings {
        var settings = RateLimitSettings()
        let range = 0...1_000_000_000
        settings.requests = integer(
            "RATE_LIMIT_REQUESTS", default: settings.requests, in: range,
            "how many requests a caller may make in RATE_LIMIT_WINDOW, and where nobody is known, an address; 0 for any"
        )
        settings.writes = integer(
            "RATE_LIMIT_WRITE_REQUESTS", default: settings.writes, in: range,
            "how many requests that change something, which then have a count of their own; 0 counts them with the others"
        )
        settings.requestsOfAddress = integer(
            "RATE_LIMIT_ADDRESS_REQUESTS", default: min(settings.requests * 10, range.upperBound), in: range,
            "how many requests may come from one address, also such as are refused; 0 for any. Ten times "
                + "RATE_LIMIT_REQUESTS unless set")
        settings.window = duration(
            "RATE_LIMIT_WINDOW", default: settings.window, in: .seconds(1) ... .seconds(3_600),
            "the time that limits hold for; it begins anew with the clock's minute, or whatever it is")
        return settings
    }

    /// Reads how queues are consumed.
    fileprivate func consumer() -> ConsumerSettings {
        var settings = ConsumerSettings()
        settings.retryDelays = durations(
            "RETRY_DELAYS", default: settings.retryDelays,
            "how long a message that failed waits before each further attempt; then it is a dead letter")
        settings.prefetch = UInt16(
            integer(
                "CONSUMER_PREFETCH", default: Int(settings.prefetch), in: 1...10_000,
                "how many messages of a queue the broker sends ahead"))
        settings.batchSize = integer(
            "CONSUMER_BATCH_SIZE", default: settings.batchSize, in: 1...1_000,
            "how many messages at most share a transaction")
        return settings
    }

    /// Reads how the outbox is relayed.
    fileprivate func relay() -> RelaySettings {
        var settings = RelaySettings()
        settings.batchSize = integer(
            "RELAY_BATCH_SIZE", default: settings.batchSize, in: 1...10_000,
            "how many messages are published before their confirms are awaited")
        settings.pollInterval = duration(
            "RELAY_POLL_INTERVAL", default: settings.pollInterval, in: .milliseconds(10) ... .seconds(60),
            "how long to wait for a wake-up before the outbox is read all the same")
        return settings
    }

    /// Reads how long messages are remembered.
    fileprivate func retention() -> RetentionSettings {
        var settings = RetentionSettings()
        let range = Duration.seconds(3_600) ... .seconds(86_400 * 365)
        settings.deadLetters = duration(
            "DEAD_LETTERS_KEPT", default: settings.deadLetters, in: range,
            "how long a dead letter is kept after its last death; then it cannot be redriven any more")
        settings.inbox = duration(
            "INBOX_KEPT", default: settings.inbox, in: range,
            "how long a handled message is remembered, so that it changes nothing when it comes again")
        settings.idempotencyKeys = duration(
            "IDEMPOTENCY_KEYS_KEPT", default: settings.idempotencyKeys, in: .seconds(60) ... .seconds(86_400 * 365),
            "how long an Idempotency-Key brings back the first answer; sent again later, it is a new one")
        if settings.inbox < settings.deadLetters + RetentionSettings.margin {
            fault("INBOX_KEPT", "must be longer than DEAD_LETTERS_KEPT by \(RetentionSettings.margin.setting) or more")
        }
        return settings
    }
}

extension String {
    /// Whether a browser could send it as its `Origin`: scheme, host and perhaps a port, nothing behind them; or `*`.
    fileprivate var isOrigin: Bool {
        if self == "*" { return true }
        guard let scheme = ["https://", "http://"].first(where: hasPrefix) else { return false }
        let host = dropFirst(scheme.count)
        return !host.isEmpty && !host.utf8.contains { $0 <= 0x20 || $0 >= 0x7F || $0 == UInt8(ascii: "/") }
    }
}
