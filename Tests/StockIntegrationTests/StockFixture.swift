import DomainKit
import Locking
import Messaging
import OrderContracts
import Postgres
import StockApplication
import StockDomain
import StockInfrastructure
import TestKit

/// Stock over a database of its own, as worker and API see it.
struct StockFixture: Sendable {
    let database: TestDatabase
    let units: PostgresUnitOfWorkProvider
    let repository = PostgresStockRepository()
    let products = PostgresProductRepository()
    let catalog: PostgresStockCatalog
    private let runs = RunCount()

    private final class RunCount: Sendable {
        let value = Mutex((wanted: 0, made: 0))
    }

    /// Lends a fresh one to `body`.
    static func with<Value: Sendable>(
        _ body: @Sendable (StockFixture) async throws -> Value
    ) async throws -> Value {
        try await TestDatabase.with(migrator: "StockMigrator", poolSize: 8) { database in
            try await body(StockFixture(database))
        }
    }

    private init(_ database: TestDatabase) {
        self.database = database
        units = PostgresUnitOfWorkProvider(database.pool)
        catalog = PostgresStockCatalog(database.pool)
    }

    /// How many transactions had to be run again, because of a deadlock.
    var rerunTransactions: Int { runs.value.withLock { $0.made - $0.wanted } }

    /// Runs `body` in a unit of work.
    @discardableResult
    func perform<Value: Sendable>(
        _ body: @escaping @Sendable (any UnitOfWork) async throws -> Value
    ) async throws -> Value {
        runs.value.withLock { $0.wanted += 1 }
        return try await units.perform { [runs] work in
            runs.value.withLock { $0.made += 1 }
            return try await body(work)
        }
    }

    // MARK: - What happens to it

    @discardableResult
    func register(
        _ id: EntityID = .v7(), sku: String? = nil, name: String = "Sencha", threshold: Int? = nil
    ) async throws -> EntityID {
        let details = ProductDetails(
            sku: sku ?? "SKU-\(id)".suffix(12).description, name: name, unitPrice: .cents(950),
            lowStockThreshold: threshold)
        try await perform { try await RegisterProduct(products)(id, details, cause: .test, in: $0) }
        return id
    }

    /// A new product with that much in stock.
    func product(onHand: Int, name: String = "Sencha", threshold: Int? = nil) async throws -> EntityID {
        let id = try await register(name: name, threshold: threshold)
        if onHand > 0 { try await adjust(id, by: onHand) }
        return id
    }

    @discardableResult
    func adjust(_ id: EntityID, by delta: Int) async throws -> StockLevel {
        try await perform {
            try await AdjustStock(repository)(id, by: Adjustment(delta: delta, reason: "receipt"), cause: .test, in: $0)
        }
    }

    func place(_ orders: OrderSnapshot...) async throws { try await place(orders) }

    func place(_ orders: [OrderSnapshot]) async throws {
        let messages = orders.map { Received(OrderCreated(order: $0)) }
        try await perform { try await DeductStock(repository)(messages, in: $0) }
    }

    func cancel(_ orders: OrderSnapshot...) async throws { try await cancel(orders) }

    func cancel(_ orders: [OrderSnapshot]) async throws {
        let messages = orders.map { Received(OrderCancelled(order: $0, reason: "changed my mind")) }
        try await perform { try await ReturnStock(repository)(messages, in: $0) }
    }

    func giveUp(_ orders: OrderSnapshot...) async throws {
        let messages = orders.map { Received(OrderCreated(order: $0)) }
        try await perform { try await GiveUpOnOrders(repository)(messages, in: $0) }
    }

    // MARK: - What became of it

    func onHand(_ id: EntityID) async throws -> Int? { try await catalog.stock(id)?.level.onHand }

    func outcome(of order: OrderSnapshot) async throws -> OrderOutcome? {
        try await database.pool.first(
            "SELECT outcome FROM order_outcomes WHERE order_id = $1", [.id(order.orderID)],
            as: { OrderOutcome(rawValue: try $0.text(0)) }) ?? nil
    }

    /// The types of the events about that aggregate, oldest first.
    func published(about id: EntityID) async throws -> [String] {
        try await database.pool.query(
            "SELECT type FROM outbox WHERE aggregate_id = $1 ORDER BY seq", [.id(id)], as: { try $0.text(0) })
    }

    /// The body of the last event about that aggregate.
    func lastBody(about id: EntityID) async throws -> String? {
        try await database.pool.first(
            "SELECT payload FROM outbox WHERE aggregate_id = $1 ORDER BY seq DESC LIMIT 1", [.id(id)],
            as: { try $0.text(0) })
    }

    func count(_ query: String) async throws -> Int {
        try await database.pool.first(query, as: { try $0.integer(0) }) ?? 0
    }

    /// How many products have a level that is not the sum of their movements.
    func faultyLevels() async throws -> Int {
        try await count(
            """
            SELECT count(*) FROM stock_items AS item WHERE on_hand <>
                (SELECT coalesce(sum(delta), 0) FROM stock_movements AS moved WHERE moved.product_id = item.product_id)
            """)
    }
}

extension Money {
    static func cents(_ cents: Int64) -> Money { Money(minorUnits: cents, currency: euro) }
}

extension Cause {
    static let test = Cause(correlationID: "test")
}

private let euro: Currency = {
    guard let euro = Currency("EUR") else { preconditionFailure("EUR is a currency") }
    return euro
}()

extension Received {
    /// A message that was never delivered before.
    init(_ event: Event) {
        self.init(event: event, messageID: .v7(), occurredAt: SystemClock().now, cause: .test)
    }
}

/// An order of those products in those quantities.
func order(_ lines: (EntityID, Int)..., id: EntityID = .v7()) -> OrderSnapshot { order(lines, id: id) }

func order(_ lines: [(EntityID, Int)], id: EntityID = .v7()) -> OrderSnapshot {
    OrderSnapshot(
        orderID: id, customerID: .v7(),
        lines: lines.map { OrderLine(productID: $0, sku: "SKU", name: "Sencha", quantity: $1, unitPrice: .cents(950)) },
        totalAmount: .cents(950), orderDate: SystemClock().now, contact: nil)
}
