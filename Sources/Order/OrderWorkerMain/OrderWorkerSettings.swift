import OrderApplication
import Runtime

/// What Order's worker is told: what every worker is, and how long an order may be pending.
struct OrderWorkerSettings: Sendable {
    let worker: WorkerSettings
    let deadlines: OrderDeadlines

    /// - Throws: ``ConfigurationError`` with all that is wrong in `environment`.
    init(_ environment: Environment) throws(ConfigurationError) {
        let range = Duration.milliseconds(100) ... .seconds(86_400 * 365)
        deadlines = OrderDeadlines(
            stalledAfter: environment.duration(
                OrderDeadlines.stalledAfterSetting, default: OrderDeadlines.standard.stalledAfter, in: range,
                "how long an order may be pending until it counts as stalled: in orders_stalled, and in one log line"),
            expiresAfter: environment.duration(
                OrderDeadlines.expiresAfterSetting, default: OrderDeadlines.standard.expiresAfter, in: range,
                "how long an order may be pending until it is cancelled"))
        if deadlines.expiresAfter < deadlines.stalledAfter {
            environment.fault(
                OrderDeadlines.expiresAfterSetting, "must not be shorter than \(OrderDeadlines.stalledAfterSetting)")
        }
        worker = try WorkerSettings(environment, defaultPort: 9081)
    }
}
