import Resilience

/// Where the customer service is, and how long it may take.
public struct CustomerServiceSettings: Sendable {
    /// Before `/api/customers/{id}`; nil where there is none.
    public var url: String?
    /// A bearer token that it wants to see.
    public var token: String?
    /// How long one try may take. A look-up takes at most as long as all of its tries may.
    public var timeout: Duration
    /// How often a customer is asked for at most.
    public var attempts = 3
    /// How many customers are asked for at once.
    public var connections = 8
    /// When it is asked no more for a while.
    public var circuit = CircuitBreakerSettings()

    public init(url: String? = nil, token: String? = nil, timeout: Duration = .seconds(2)) {
        self.url = url
        self.token = token
        self.timeout = timeout
    }
}
