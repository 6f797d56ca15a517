import DomainKit
import Lifecycle
import Observability
import OrderApplication

/// Looks again and again for orders that have been pending for too long: tells of those that stalled, in a metric and
/// one log line each, and cancels those that expired.
public final class OrderDeadlineWatch: Service {
    public let name = "order-deadlines"
    /// Small, so that no transaction holds its orders for long.
    private static let batchSize = 100

    private let overdue: any OverdueOrders
    private let units: any UnitOfWorkProvider
    private let deadlines: OrderDeadlines
    private let noticeStalled: NoticeStalledOrders
    private let expire: ExpireOrders
    private let logger: Logger
    private let clock: any WallClock
    private let stalled: Gauge

    /// - Parameters:
    ///   - orders: keeps what became of the overdue orders.
    ///   - units: opens one unit of work for each batch.
    public init(
        _ overdue: any OverdueOrders, orders: any OrderRepository, units: any UnitOfWorkProvider,
        deadlines: OrderDeadlines = .standard, logger: Logger = .silent, clock: any WallClock = SystemClock(),
        metrics: MetricsRegistry = .shared
    ) {
        self.overdue = overdue
        self.units = units
        self.deadlines = deadlines
        noticeStalled = NoticeStalledOrders(overdue, orders: orders, deadlines: deadlines)
        expire = ExpireOrders(overdue, orders: orders, deadlines: deadlines)
        self.logger = logger.with(.service("order-deadlines"))
        self.clock = clock
        stalled = metrics.gauge(
            "orders_stalled",
            help: "Orders that have been pending for too long. Every order worker tells the same number.")
    }

    /// How often it looks (±20 %): short beside the shorter deadline, at most every 15 seconds.
    var interval: Duration {
        max(.milliseconds(50), min(.seconds(15), min(deadlines.stalledAfter, deadlines.expiresAfter) / 4))
    }

    public func run(until shutdown: ShutdownSignal) async {
        // Not at once: what comes up together would all look at the same moment.
        guard await shutdown.sleep(for: Backoff.jittered(interval)) else { return }
        await shutdown.lookAgain(
            every: interval, logger: logger, complaint: "overdue orders could not be looked for"
        ) { try await look(until: shutdown) }
    }

    /// Expires, notices and counts what is overdue now.
    public func look(until shutdown: ShutdownSignal = ShutdownSignal()) async throws {
        try await inBatches(until: shutdown) { [expire] in
            try await expire(limit: Self.batchSize, in: $0)
        } each: {
            logger.warn("order expired", .orderID($0.id), .duration(clock.now.since($0.placedAt)))
        }
        try await inBatches(until: shutdown) { [noticeStalled] in
            try await noticeStalled(limit: Self.batchSize, in: $0)
        } each: {
            logger.warn("order stalled", .orderID($0.id), .duration(clock.now.since($0.placedAt)))
        }
        stalled.set(Double(try await overdue.count(placedBy: clock.now - deadlines.stalledAfter)))
    }

    /// Takes one batch after the other, each in a unit of work of its own, and tells of each order after the commit.
    private func inBatches(
        until shutdown: ShutdownSignal, _ take: @escaping @Sendable (any UnitOfWork) async throws -> [OverdueOrder],
        each tell: (OverdueOrder) -> Void
    ) async throws {
        while !shutdown.isTriggered {
            let batch = try await units.perform(take)
            batch.forEach(tell)
            if batch.count < Self.batchSize { return }
        }
    }
}
