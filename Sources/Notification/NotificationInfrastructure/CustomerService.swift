import DomainKit
import HTTPClient
import Lifecycle
import NotificationApplication
import NotificationDomain
import Observability
import Resilience
import Tracing

/// The shop's customer service, asked over HTTP: `GET /api/customers/{id}`.
///
/// It may be slow or away: a try has a timeout, what may pass is tried again, and when too much fails a circuit breaker keeps
/// everybody from waiting in vain. A 404 or 410 says that there is no such customer. All other answers that are no customer
/// count as failures, other 4xx among them: the service does not do what was agreed.
public final class CustomerService: CustomerDirectory {
    private let settings: CustomerServiceSettings
    private let clients: WebClientPool
    private let breaker: CircuitBreaker
    private let retry: RetryPolicy
    private let metrics: CustomerServiceMetrics
    private let logger: Logger
    // While it is away, every look-up fails for the same reason.
    private let complaints = LogLimit(every: .seconds(60))

    /// - Parameters:
    ///   - backoff: the pauses between the tries for one customer.
    ///   - now: the circuit breaker's time; only a test knows another.
    public init(
        _ settings: CustomerServiceSettings, logger: Logger = .silent, metrics: MetricsRegistry = .shared,
        backoff: Backoff = Backoff(base: .milliseconds(100), limit: .seconds(1)),
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.settings = settings
        self.logger = logger.with(.service("customer-service"))
        self.metrics = CustomerServiceMetrics(metrics)
        var web = WebClientSettings()
        (web.timeout, web.connectTimeout) = (settings.timeout, settings.timeout)
        web.sizeLimit = 65_536
        // What is asked without TLS is near.
        web.usesProxy = settings.url?.hasPrefix("https:") == true
        clients = WebClientPool(name: "customers", size: settings.connections, settings: web)
        breaker = CircuitBreaker(
            "customer-service", settings: settings.circuit, logger: logger, metrics: metrics, now: now)
        retry = RetryPolicy(
            attempts: settings.attempts, deadline: settings.timeout * settings.attempts, backoff: backoff)
    }

    /// All tries, and as long to wait for a connection.
    public var timeLimit: Duration { settings.timeout * settings.attempts * 2 }

    public func lookUp(_ id: EntityID) async -> CustomerAnswer {
        guard let url = settings.url else { return .unavailable(reason: "CUSTOMER_SERVICE_URL is not set") }
        let start = ContinuousClock.now
        let outcome = await retry {
            $0.isWorthRetrying
        } _: { [self] left in
            do throws(CircuitBreaker.IsOpen) {
                return try await breaker {
                    await ask(url, for: id, within: left)
                } verdict: {
                    $0.verdict
                }
            } catch {
                return .notAsked
            }
        }
        metrics.observe(outcome, .now - start)
        if case .failed(let reason, _) = outcome, complaints.admit() != nil {
            logger.warn("the customer service does not help", .reason(reason))
        }
        return outcome.answer
    }

    /// One try.
    private func ask(_ url: String, for id: EntityID, within limit: Duration) async -> CustomerServiceOutcome {
        var headers = [(name: "Accept", value: "application/json")]
        if let token = settings.token { headers.append((name: "Authorization", value: "Bearer \(token)")) }
        if let trace = Span.current?.context {
            headers.append((name: "traceparent", value: trace.traceparent))
            if let state = trace.tracestate { headers.append((name: "tracestate", value: state)) }
        }
        let request = WebRequest("\(url)/api/customers/\(id)", headers: headers, timeout: limit)
        do throws(WebClientError) {
            return CustomerServiceOutcome(try await clients.send(request), for: id)
        } catch {
            guard error.code != .cancelled else { return .cancelled }
            // Without the URL, in which the customer's id stands.
            let detail = error.text.isEmpty ? "" : " (\(error.text))"
            return .failed(
                reason: "the customer service gave no answer: \(error.code.rawValue)\(detail)",
                isTemporary: error.isTemporary)
        }
    }
}
