import DomainKit
import HTTPClient
import NotificationApplication
import NotificationDomain
import Observability
import Resilience

/// How a try to ask the customer service ended.
enum CustomerServiceOutcome: Sendable {
    case found(Customer)
    case unknown
    case failed(reason: String, isTemporary: Bool)
    /// The circuit is open.
    case notAsked
    /// The task was cancelled meanwhile.
    case cancelled

    /// What an answer means that came.
    init(_ response: WebResponse, for id: EntityID) {
        switch response.status {
        case 200:
            do throws(CustomerDocument.Fault) {
                self = .found(try CustomerDocument.read(response.body, of: id))
            } catch {
                self = .failed(reason: "the customer service's answer \(error.reason)", isTemporary: false)
            }
        case 404, 410: self = .unknown
        case let status:
            self = .failed(
                reason: "the customer service answered \(status)",
                isTemporary: status == 408 || status == 429 || status >= 500)
        }
    }

    /// Whether another try at once may end better.
    var isWorthRetrying: Bool {
        if case .failed(_, isTemporary: true) = self { true } else { false }
    }

    var verdict: CircuitBreaker.Verdict {
        switch self {
        case .found, .unknown: .works
        case .failed: .fails
        case .notAsked, .cancelled: .nothing
        }
    }

    var answer: CustomerAnswer {
        switch self {
        case .found(let customer): .found(customer)
        case .unknown: .unknown
        case .failed(let reason, _): .unavailable(reason: reason)
        case .notAsked: .unavailable(reason: "the customer service failed too often and is not asked for a while")
        case .cancelled: .unavailable(reason: "the customer service was not waited for")
        }
    }
}

/// What looking up customers tells.
struct CustomerServiceMetrics: Sendable {
    private let found: Histogram.Series
    private let unknown: Histogram.Series
    private let unavailable: Histogram.Series
    private let notAsked: Histogram.Series

    init(_ registry: MetricsRegistry) {
        let durations = registry.histogram(
            "customer_lookup_duration_seconds",
            help: "How long looking a customer up took, all tries together, by outcome.")
        found = durations.series(["outcome": "found"])
        unknown = durations.series(["outcome": "unknown"])
        unavailable = durations.series(["outcome": "unavailable"])
        notAsked = durations.series(["outcome": "not_asked"])
    }

    func observe(_ outcome: CustomerServiceOutcome, _ duration: Duration) {
        switch outcome {
        case .found: found.observe(duration)
        case .unknown: unknown.observe(duration)
        case .failed: unavailable.observe(duration)
        case .notAsked: notAsked.observe(duration)
        case .cancelled: break
        }
    }
}
