/// How many requests somebody may make in a span of time. Spans follow each other without a gap, the same for all
/// processes: a minute begins when the clock's does.
public struct RateLimit: Sendable, Hashable {
    /// What the limit is called in `RateLimit-Policy`, such as `default`.
    public let name: String
    /// How many requests; more are answered 429.
    public let quota: Int
    /// How long a span lasts, a whole number of seconds, at least one.
    public let window: Duration

    public init(_ name: String, quota: Int, window: Duration) {
        self.name = name
        self.quota = quota
        self.window = window
    }

    /// The window in seconds, as `RateLimit-Policy` has it.
    var seconds: Int64 { max(1, window.components.seconds) }
}

/// The limits of an API. Zero is no limit.
public struct RateLimitSettings: Sendable {
    /// How many requests a caller may make in a window. Whoever is not known is counted by address.
    public var requests = 0
    /// How many of them may change something; zero where they count with all others.
    public var writes = 0
    /// How many requests may come from one address, whoever makes them and whatever becomes of them.
    public var requestsOfAddress = 0
    public var window: Duration = .seconds(60)
    /// How often the processes of an API tell each other what they counted.
    public var exchangeInterval: Duration = .milliseconds(500)

    public init() {}

    /// Whether anything is limited.
    public var isOn: Bool { requests > 0 || writes > 0 || requestsOfAddress > 0 }
}
