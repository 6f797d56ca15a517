import DomainKit
import OrderApplication
import Runtime

/// What Order's API is told: what every API is, when a pending order counts as stalled, and how many are placed together.
struct OrderAPISettings: Sendable {
    let api: APISettings
    let stalledAfter: Duration
    let placing: GathererSettings

    /// - Throws: ``ConfigurationError`` with all that is wrong in `environment`.
    init(_ environment: Environment) throws(ConfigurationError) {
        stalledAfter = environment.duration(
            OrderDeadlines.stalledAfterSetting, default: OrderDeadlines.standard.stalledAfter,
            in: .milliseconds(100) ... .seconds(86_400 * 365),
            "how long an order may be pending until GET /api/orders?stalled=true shows it; the same as for order-worker"
        )
        placing = environment.gatherer("PLACING")
        api = try APISettings(environment, defaultPort: 8081)
    }
}
