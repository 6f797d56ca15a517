import DomainKit
import Observability
import OrderDomain

/// What becomes of orders, counted after the commit.
public struct OrderMetrics: Sendable {
    /// What happened to an order.
    public enum Outcome: String, CaseIterable, Sendable {
        case placed
        case confirmed
        /// Stock could not serve it.
        case rejected
        /// Stock did not answer in time.
        case expired
        /// The customer wanted it no more, also after its confirmation.
        case cancelled
    }

    /// Those of this process.
    public static let shared = OrderMetrics(.shared)

    private let orders: [Outcome: Counter.Series]
    private let sagas: [Outcome: Histogram.Series]

    public init(_ registry: MetricsRegistry) {
        let orders = registry.counter(
            "orders_total",
            help: "What happened to orders in this process: placed, confirmed, rejected for lack of stock, expired, or "
                + "cancelled by the customer, also after the confirmation.")
        let sagas = registry.histogram(
            "order_saga_duration_seconds",
            help: "From the placing of an order until it was confirmed, rejected or expired.",
            buckets: Histogram.longSeconds)
        self.orders = Dictionary(
            uniqueKeysWithValues: Outcome.allCases.map { ($0, orders.series(["outcome": $0.rawValue])) })
        self.sagas = Dictionary(
            uniqueKeysWithValues: [Outcome.confirmed, .rejected, .expired].map {
                ($0, sagas.series(["outcome": $0.rawValue]))
            })
    }

    /// Counts what happened to `orders`, once `work` is committed.
    func note(_ outcome: Outcome, of placed: [Order], in work: any UnitOfWork) {
        guard !placed.isEmpty else { return }
        let times = placed.map(\.placedAt)
        let now = work.now
        work.afterCommit {
            orders[outcome]?.increment(by: times.count)
            guard let saga = sagas[outcome] else { return }
            for time in times { saga.observe(max(.zero, now.since(time))) }
        }
    }
}
