import DomainKit
import JSON
import Messaging
import OrderApplication
import OrderDomain
import OrderInfrastructure
import Postgres
import StockContracts
import TestKit
import Testing

/// Order over a database of its own, as API and worker see it.
struct OrderFixture: Sendable {
    let database: TestDatabase
    let units: PostgresUnitOfWorkProvider
    let orders = PostgresOrderRepository()
    let prices = PostgresPriceList()
    let keys = PostgresIdempotencyKeys()
    let queries: PostgresOrderQueries
    let customer = EntityID.v7()

    /// Lends a fresh one to `body`.
    static func with<Value: Sendable>(
        _ body: @Sendable (OrderFixture) async throws -> Value
    ) async throws -> Value {
        try await TestDatabase.with(migrator: "OrderMigrator") { try await body(OrderFixture($0)) }
    }

    private init(_ database: TestDatabase) {
        self.database = database
        units = PostgresUnitOfWorkProvider(database.pool)
        queries = PostgresOrderQueries(database.pool)
    }

    // MARK: - What happens to it

    /// A new product with that price.
    func product(_ amount: String = "19.99", _ currency: String = "USD") async throws -> EntityID {
        let id = EntityID.v7()
        try await record(id, amount, currency, version: 1)
        return id
    }

    func record(_ id: EntityID, _ amount: String, _ currency: String = "USD", version: Int) async throws {
        let price = try Money(amount: amount, currency: try #require(Currency(currency)))
        try await record([
            ProductPriced(productID: id, sku: "SKU", name: "Sencha", unitPrice: price, version: version)
        ])
    }

    func record(_ events: [ProductPriced]) async throws {
        try await units.perform { try await RecordPrices(prices)(events.map(Received.init), in: $0) }
    }

    func command(_ items: [(EntityID, Int)], delivery: Delivery = Delivery()) -> PlaceOrderCommand {
        PlaceOrderCommand(
            customerID: customer, items: items.map { BasketItem(productID: $0, quantity: $1) }, delivery: delivery)
    }

    func place(_ requests: [PlaceOrder.Request]) async throws -> [PlaceOrder.Result] {
        try await units.perform { try await placeOrder(requests, in: $0) }
    }

    func place(_ command: PlaceOrderCommand, key: String? = nil) async throws -> PlaceOrder.Result? {
        let request = PlaceOrder.Request(command, key: key.flatMap { IdempotencyKey($0) }, cause: .test)
        return try await place([request]).first
    }

    /// A new order of a new product.
    func order(_ status: OrderStatus = .pending) async throws -> EntityID {
        let id = try #require(try await place(command([(product(), 2)]))?.orderID)
        switch status {
        case .pending: break
        case .confirmed: try await confirm([id])
        case .cancelled: try await cancel(id)
        }
        return id
    }

    /// Answers with the order's identity as location.
    var placeOrder: PlaceOrder {
        PlaceOrder(orders, prices: prices, keys: keys) { order in
            Answer(status: 201, location: order.id.description, body: Array(#"{"total":"\#(order.total)"}"#.utf8))
        }
    }

    func confirm(_ ids: [EntityID]) async throws {
        let answers = ids.map { Received(StockProcessCompleted(orderID: $0)) }
        try await units.perform { try await ConfirmOrders(orders)(answers, in: $0) }
    }

    func reject(_ ids: [EntityID], because reason: String = "too little stock") async throws {
        let answers = ids.map { Received(StockProcessFailed(orderID: $0, reason: reason)) }
        try await units.perform { try await RejectOrders(orders)(answers, in: $0) }
    }

    @discardableResult
    func cancel(_ id: EntityID) async throws -> CancelOrder.Result {
        try await units.perform { try await CancelOrder(orders)(id, because: nil, cause: .test, in: $0) }
    }

    // MARK: - What became of it

    func find(_ id: EntityID) async throws -> Order { try #require(try await queries.order(id, of: nil)) }

    func steps(of id: EntityID) async throws -> [TimelineEntry.Step] {
        try await queries.timeline(of: id, ownedBy: nil).map(\.step)
    }

    /// The types of the events about that order, oldest first.
    func published(about id: EntityID) async throws -> [String] {
        try await database.pool.query(
            "SELECT type FROM outbox WHERE aggregate_id = $1 ORDER BY seq", [.id(id)], as: { try $0.text(0) })
    }

    /// The body of the last event about that order.
    func lastBody(about id: EntityID) async throws -> JSONValue {
        let text = try await database.pool.first(
            "SELECT payload FROM outbox WHERE aggregate_id = $1 ORDER BY seq DESC LIMIT 1", [.id(id)],
            as: { try $0.text(0) })
        return try JSONValue(parsing: Array(try #require(text).utf8))
    }

    /// How many rows each table that placing an order writes to has.
    func rowCounts() async throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for table in ["orders", "order_lines", "order_timeline", "outbox", "idempotency_keys"] {
            counts[table] = try await database.pool.first("SELECT count(*) FROM \(table)") { try $0.integer(0) }
        }
        return counts
    }
}

extension PlaceOrder.Result {
    /// The order of the answer, by the location that ``OrderFixture/placeOrder`` gives.
    var orderID: EntityID? {
        switch self {
        case .placed(let answer), .repeated(let answer): EntityID(answer.location)
        case .refused, .keyUsedForAnotherRequest: nil
        }
    }

    var isPlaced: Bool {
        if case .placed = self { true } else { false }
    }
}

extension Cause {
    static let test = Cause(correlationID: "test")
}

extension Received {
    /// A message that was never delivered before.
    init(_ event: Event) {
        self.init(event: event, messageID: .v7(), occurredAt: SystemClock().now, cause: .test)
    }
}
