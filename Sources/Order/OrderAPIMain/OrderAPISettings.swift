import OrderApplication
import Runtime

/// What Order's API is told: what every API is, and when a pending order counts as stalled.
struct OrderAPISettings: Sendable {
    let api: APISettings
    let stalledAfter: Duration

    /// - Throws: ``ConfigurationError`` with all that is wrong in `environment`.
    init(_ environment: Environment) throws(ConfigurationError) {
        stalledAfter = environment.duration(
            OrderDeadlines.stalledAfterSetting, default: OrderDeadlines.standard.stalledAfter,
            in: .milliseconds(100) ... .seconds(86_400 * 365),
            "how long an order may be pending until GET /api/orders?stalled=true shows it; the same as for order-worker"
        )
        api = try APISettings(environment, defaultPort: 8081)
    }
}
