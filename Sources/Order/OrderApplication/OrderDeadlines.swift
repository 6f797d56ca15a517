/// How long an order may be pending.
public struct OrderDeadlines: Sendable, Equatable {
    /// Then somebody should look at it: it counts as stalled.
    public let stalledAfter: Duration
    /// Then nobody waits any more: it is cancelled.
    public let expiresAfter: Duration

    public init(stalledAfter: Duration, expiresAfter: Duration) {
        self.stalledAfter = stalledAfter
        self.expiresAfter = expiresAfter
    }

    /// What holds where nothing else is set.
    public static let standard = OrderDeadlines(stalledAfter: .seconds(60), expiresAfter: .seconds(900))

    /// The setting of ``stalledAfter``, which the API and the worker share.
    public static let stalledAfterSetting = "ORDER_STALLED_AFTER"
    /// The setting of ``expiresAfter``.
    public static let expiresAfterSetting = "ORDER_EXPIRES_AFTER"

    /// Why an expired order was cancelled, in words for the customer: "not confirmed within 15 minutes".
    var reason: String {
        let milliseconds = Int(expiresAfter / .milliseconds(1))
        let units = [("hour", 3_600_000), ("minute", 60_000), ("second", 1_000)]
        let (unit, size) = units.first { milliseconds % $0.1 == 0 } ?? ("millisecond", 1)
        let count = milliseconds / size
        return "not confirmed within \(count) \(unit)\(count == 1 ? "" : "s")"
    }
}
