import DomainKit
import Lifecycle
import NotificationInfrastructure
import Observability
import TestKit

extension StubHTTPServer {
    /// Answers as a customer service does that knows `customers`: documents by ids.
    func know(_ customers: [EntityID: String]) {
        behave(
            .answer { request in
                let id = request.path.split(separator: "/").last.flatMap { EntityID($0) }
                guard request.path.hasPrefix("/api/customers/"), let id, let document = customers[id] else {
                    return Answer(404, #"{"title":"Not found"}"#)
                }
                return Answer(200, document, headers: [("Content-Type", "application/json")])
            })
    }
}

extension CustomerService {
    /// A service at `server`, which is asked again after a moment.
    /// - Parameter now: the circuit breaker's time.
    static func at(
        _ server: StubHTTPServer, timeout: Duration = .seconds(5), attempts: Int = 3, logger: Logger = .silent,
        metrics: MetricsRegistry = MetricsRegistry(), now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) -> CustomerService {
        var settings = CustomerServiceSettings(url: server.url, timeout: timeout)
        settings.attempts = attempts
        return CustomerService(
            settings, logger: logger, metrics: metrics,
            backoff: Backoff(base: .milliseconds(1), limit: .milliseconds(1)), now: now)
    }
}
