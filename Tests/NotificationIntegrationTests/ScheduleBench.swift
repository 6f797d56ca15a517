import DomainKit
import JSON
import NotificationApplication
import NotificationDomain
import NotificationInfrastructure
import Observability
import OrderContracts
import Postgres
import StockContracts
import TestKit

@testable import Messaging

/// What Notification does at a later time, by a clock that the test moves.
struct ScheduleBench: Sendable {
    static let week = Duration.seconds(7 * 86_400)
    static let day = Duration.seconds(86_400)

    let notification: NotificationFixture
    let clock: MovableClock
    let units: PostgresUnitOfWorkProvider
    let log: PostgresScheduledWorkLog
    let customerData: PostgresCustomerData
    private let announcer: Announcer
    private let followUps: FollowUps

    /// - Parameter time: what the clock shows first.
    static func with(
        at time: Timestamp = SystemClock().now, followUpAfter: Duration = week,
        directory: (any CustomerDirectory)? = nil, operatorEmail: String? = nil,
        _ body: @Sendable (ScheduleBench) async throws -> Void
    ) async throws {
        try await NotificationFixture.with(directory: directory, operatorEmail: operatorEmail) { notification in
            try await body(ScheduleBench(notification, at: time, followUpAfter: followUpAfter))
        }
    }

    private init(_ notification: NotificationFixture, at time: Timestamp, followUpAfter: Duration) {
        self.notification = notification
        clock = MovableClock(time)
        units = PostgresUnitOfWorkProvider(notification.database.pool, clock: clock)
        log = PostgresScheduledWorkLog(notification.database.pool)
        customerData = PostgresCustomerData(notification.database.pool)
        announcer = Announcer(
            PostgresNotificationRepository(), templates: PostgresTemplateRepository(), signal: notification.wakeUp)
        followUps = FollowUps(PostgresSchedule(), after: followUpAfter)
    }

    /// A worker's scheduler.
    func scheduler(calendar: ShopCalendar = ShopCalendar(.utc), digestAt: TimeOfDay = TimeOfDay(hour: 6)) -> Scheduler {
        let followUp = FollowUp(announcer)
        let tellOfLowStock = TellOfLowStock(PostgresLowStockRepository(), announcer: announcer)
        return Scheduler(
            of: [
                .once(FollowUp.kind, handler: { try await followUp($0, in: $1) }),
                .recurring(
                    TellOfLowStock.kind, next: { calendar.next(digestAt, after: $0) },
                    handler: { try await tellOfLowStock($0, in: $1) }),
            ],
            in: notification.database.pool, units: units, clock: clock, metrics: MetricsRegistry())
    }

    /// Has several workers start, each with a look at what is due.
    func work(_ workers: Int = 4, calendar: ShopCalendar = ShopCalendar(.utc)) async throws {
        try await withThrowingTaskGroup { group in
            for _ in 0..<workers {
                group.addTask {
                    let scheduler = scheduler(calendar: calendar)
                    try await scheduler.plan()
                    try await scheduler.look()
                }
            }
            try await group.waitForAll()
        }
    }

    func confirm(_ orders: OrderSnapshot...) async throws {
        let confirm = NotifyOfConfirmations(announcer, followUps: followUps)
        try await units.perform { try await confirm(orders.map { now(OrderConfirmed(order: $0)) }, in: $0) }
    }

    func cancel(_ orders: OrderSnapshot...) async throws {
        let cancel = NotifyOfCancellations(announcer, followUps: followUps)
        try await units.perform { work in
            try await cancel(orders.map { now(OrderCancelled(order: $0, reason: "sold out")) }, in: work)
        }
    }

    /// Hears that a product ran low.
    func runLow(_ product: EntityID = .v7(), sku: String = "TEA-1", available: Int = 3) async throws {
        try await runLow([lowProduct(product, sku: sku, available: available)])
    }

    func runLow(_ events: [Received<ProductRunLow>]) async throws {
        let record = RecordLowStock(PostgresLowStockRepository())
        try await units.perform { try await record(events, in: $0) }
    }

    /// The event of a product that runs low now.
    func lowProduct(_ product: EntityID, sku: String = "TEA-1", available: Int) -> Received<ProductRunLow> {
        now(ProductRunLow(productID: product, sku: sku, name: "Tee ö", available: available, threshold: 10))
    }

    /// An event that happens now.
    private func now<Event: IntegrationEvent>(_ event: Event) -> Received<Event> {
        Received(event: event, messageID: .v7(), occurredAt: clock.now, cause: Cause(correlationID: "test"))
    }

    func entries(_ state: ScheduledWorkState? = nil, of kind: String? = nil) async throws -> [ScheduledWorkEntry] {
        try await log.entries(kind: kind, state: state, before: nil, limit: 1_000)
    }

    /// All notifications, newest first.
    func notifications() async throws -> [Notification] {
        try await PostgresNotificationLog(notification.database.pool)
            .notifications(matching: NotificationFilter(), before: nil, limit: 1_000)
    }

    /// What each digest tells of, oldest first.
    func digests() async throws -> [[LowProduct]] {
        let occasions = try await notification.database.pool.query(
            """
            SELECT occasion::text FROM deliveries JOIN notifications ON id = notification_id
            WHERE template = 'low-stock-digest' ORDER BY id
            """
        ) { try JSONReader.decode(Occasion.self, from: JSONValue(parsing: try $0.utf8(0))) }
        return occasions.compactMap { occasion in
            guard case .lowStock(let products) = occasion else { return nil }
            return products
        }
    }
}
