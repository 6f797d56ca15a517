import DomainKit
import JSON
import Lifecycle
import Messaging
import NotificationApplication
import NotificationContracts
import NotificationDomain
import NotificationInfrastructure
import Observability
import OrderContracts
import TestKit
import Testing

@testable import NotificationWorker

/// Notification on a fresh database, without HTTP and broker.
struct NotificationFixture: Sendable {
    let database: TestDatabase
    let units: PostgresUnitOfWorkProvider
    let confirm: NotifyOfConfirmations
    let cancel: NotifyOfCancellations
    let wakeUp = DeliveryWakeUp()
    /// How notifications are delivered, on whatever channel.
    let channel: any NotificationChannel
    let steps: DeliverySteps

    /// Lends Notification on a fresh database to `body`.
    static func with(
        channel: any NotificationChannel = LogChannel(), directory: (any CustomerDirectory)? = nil,
        operatorEmail: String? = nil, retries: RetrySchedule = RetrySchedule(),
        _ body: @Sendable (NotificationFixture) async throws -> Void
    ) async throws {
        try await TestDatabase.with(migrator: "NotificationMigrator") { database in
            try await body(
                NotificationFixture(
                    database, channel: channel, directory: directory, operatorEmail: operatorEmail, retries: retries))
        }
    }

    /// Another process over the same database.
    static func beside(_ other: NotificationFixture) -> NotificationFixture {
        NotificationFixture(other.database, channel: other.channel, directory: nil, operatorEmail: nil)
    }

    private init(
        _ database: TestDatabase, channel: any NotificationChannel, directory: (any CustomerDirectory)?,
        operatorEmail: String?, retries: RetrySchedule = RetrySchedule()
    ) {
        let pool = database.pool
        self.database = database
        self.channel = channel
        units = PostgresUnitOfWorkProvider(pool)
        let announcer = Announcer(
            PostgresNotificationRepository(), templates: PostgresTemplateRepository(), signal: wakeUp)
        confirm = NotifyOfConfirmations(announcer)
        cancel = NotifyOfCancellations(announcer)
        let copies = PostgresCustomerCopies(pool)
        let composer = MessageComposer(renderer: MustacheRenderer(), formatter: ICUFormatter())
        steps = DeliverySteps(
            units: units,
            advance: AdvanceDeliveries(
                PostgresDeliveryQueue(pool), copies: copies, metrics: DeliveryMetrics(MetricsRegistry())),
            lookUp: LookUpCustomers(directory, copies: copies, preferences: PostgresCustomerPreferences(pool)),
            templates: PostgresTemplateCatalog(pool),
            repository: PostgresTemplateRepository(),
            deliver: DeliverNotification(
                composer: composer, retries: retries, operatorEmail: operatorEmail, log: LogChannel()))
    }

    /// Delivers what is due, until nothing is.
    func deliver() async {
        for wanted in Channel.allCases {
            await DeliveryLoop(wanted: wanted, channel: channel, steps: steps, logger: .silent)
                .deliverAll(until: ShutdownSignal())
        }
    }

    func confirm(_ orders: OrderSnapshot...) async throws { try await confirm(orders) }

    /// Tells of confirmations, and delivers what is due.
    func confirm(_ orders: [OrderSnapshot]) async throws {
        try await announce(confirmed: orders)
        await deliver()
    }

    /// Tells of confirmations, and delivers nothing yet.
    func announce(confirmed orders: [OrderSnapshot]) async throws {
        try await units.perform { try await confirm(orders.map { received(OrderConfirmed(order: $0)) }, in: $0) }
    }

    /// Tells of cancellations, and delivers nothing yet.
    func announce(cancelled orders: [OrderSnapshot], reason: String = "sold out") async throws {
        try await units.perform { work in
            try await cancel(orders.map { received(OrderCancelled(order: $0, reason: reason)) }, in: work)
        }
    }

    func cancel(_ orders: OrderSnapshot..., reason: String = "sold out") async throws {
        try await cancel(orders, reason: reason)
    }

    /// Tells of cancellations, and delivers what is due.
    func cancel(_ orders: [OrderSnapshot], reason: String = "sold out") async throws {
        try await announce(cancelled: orders, reason: reason)
        await deliver()
    }

    /// The notifications of an order, oldest first.
    func notifications(of order: OrderSnapshot) async throws -> [Notification] {
        try await PostgresNotificationLog(database.pool)
            .notifications(matching: NotificationFilter(orderID: order.orderID), before: nil, limit: 100)
            .sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
    }

    /// The types of what waits in the outbox, and which order it is about, in the order of writing.
    func outbox() async throws -> [(type: String, orderID: EntityID, payload: JSONValue)] {
        try await database.pool.query("SELECT type, payload FROM outbox ORDER BY seq") { row in
            let payload = try JSONValue(parsing: try row.utf8(1))
            let order = try #require(payload["orderId"]?.stringValue.flatMap { EntityID($0) })
            return (try row.text(0), order, payload)
        }
    }

    /// Replaces the texts of a template, past the checks that HTTP makes.
    func setTemplate(_ key: TemplateKey, text: String) async throws {
        try await database.pool.execute(
            "UPDATE notification_templates SET text_body = $2 WHERE key = $1", [.text(key.text), .text(text)])
    }
}

/// `event` as it comes from the broker, with a message id of its own.
func received<Event: IntegrationEvent>(_ event: Event) -> Received<Event> {
    Received(event: event, messageID: .v7(), occurredAt: SystemClock().now, cause: Cause(correlationID: "test"))
}

/// Some order; each call makes another.
func someOrder(name: String? = "Ann", email: String? = "ann@example.org") throws -> OrderSnapshot {
    let euro = try #require(Currency("EUR"))
    let cup = OrderLine(
        productID: .v7(), sku: "CUP-1", name: "Cup & <saucer>", quantity: 3,
        unitPrice: Money(minorUnits: 1_999, currency: euro))
    let tea = OrderLine(
        productID: .v7(), sku: "TEA-1", name: "Grüner Tee 🍵", quantity: 1,
        unitPrice: Money(minorUnits: 5, currency: euro))
    return OrderSnapshot(
        orderID: .v7(), customerID: .v7(), lines: [cup, tea], totalAmount: Money(minorUnits: 6_002, currency: euro),
        orderDate: try #require(Timestamp("2026-11-21T09:30:15.123456Z")),
        contact: OrderContact(name: name, email: email))
}
