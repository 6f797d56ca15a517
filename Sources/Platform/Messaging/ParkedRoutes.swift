import Lifecycle

/// Routes that no queue wants at present, and when to try each again.
struct ParkedRoutes {
    private struct Pause {
        var backoff: Backoff
        var until: ContinuousClock.Instant
    }

    private var pauses: [OutboxEntry.Route: Pause] = [:]
    private let limit: Duration

    init(limit: Duration) { self.limit = limit }

    var isEmpty: Bool { pauses.isEmpty }
    var all: [OutboxEntry.Route] { pauses.keys.sorted { $0.key < $1.key } }

    /// The routes whose pause is over.
    func due(at now: ContinuousClock.Instant) -> [OutboxEntry.Route] {
        all.filter { route in pauses[route].map { $0.until <= now } ?? false }
    }

    /// Nobody wanted what took `route`. Its next pause is longer.
    /// - Returns: whether that is new.
    mutating func park(
        _ route: OutboxEntry.Route, at now: ContinuousClock.Instant,
        jittered: (Duration) -> Duration = Backoff.jittered
    ) -> Bool {
        let isNew = pauses[route] == nil
        var backoff = pauses[route]?.backoff ?? Backoff(base: min(.milliseconds(250), limit), limit: limit)
        let until = now + backoff.nextDelay(jittered)
        pauses[route] = Pause(backoff: backoff, until: until)
        return isNew
    }

    mutating func release(_ route: OutboxEntry.Route) { pauses[route] = nil }
}
