/// Where traces go and how, by OpenTelemetry's names and defaults.
public struct TraceExporterSettings: Sendable {
    /// The whole URL that is posted to, such as `http://localhost:4318/v1/traces`.
    public var url: String
    /// Sent with each request. They may hold a secret.
    public var headers: [(name: String, value: String)] = []
    /// How long one request may take.
    public var timeout: Duration = .seconds(10)
    /// The PEM file of the certificates to trust; nil for those of the system.
    public var certificates: String?
    /// Whether the proxies that the environment names are used.
    public var usesProxy = true
    /// How long a span waits at most before it is sent.
    public var scheduleDelay: Duration = .seconds(5)
    /// How long a batch is tried.
    public var exportTimeout: Duration = .seconds(30)
    /// How long what is left at the end is tried.
    public var flushTimeout: Duration = .seconds(3)
    /// What is said about the process with every batch, such as `service.name`.
    public var resource: [(name: String, value: String)]

    public init(url: String, resource: [(name: String, value: String)]) {
        self.url = url
        self.resource = resource
    }
}
