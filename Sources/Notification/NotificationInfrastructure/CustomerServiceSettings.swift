import Resilience

/// Where the customer service is, and how long it may take.
public struct CustomerServiceSettings: Sendable {
    /// Before `/api/customers/{id}`, without a slash at its end; nil where there is none.
    public var url: String?
    /// A bearer token that it wants to see.
    public var token: String?
    /// How long one try may take. A look-up takes at most as long as all of its tries may.
    public var timeout: Duration
    /// How often a customer is asked for at most.
    public var attempts = 3
    /// How many customers are asked for at once at most.
    public var connections = 32
    /// When it is asked no more for a while.
    public var circuit = CircuitBreakerSettings()

    /// - Parameter url: empty where there is none. A slash at its end is taken off.
    public init(url: String? = nil, token: String? = nil, timeout: Duration = .seconds(2)) {
        let url = url?.hasSuffix("/") == true ? url.map { String($0.dropLast()) } : url
        self.url = url?.isEmpty == true ? nil : url
        self.token = token
        self.timeout = timeout
    }

    /// Whether a path can be put behind `url`: it has `http` or `https`, and neither user, query nor fragment.
    public static func isBaseURL(_ url: String) -> Bool {
        let isWeb = ["https://", "http://"].contains {
            url.lowercased().hasPrefix($0) && url.utf8.count > $0.utf8.count
        }
        return isWeb && url.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F } && !url.contains { "?#@".contains($0) }
    }
}
