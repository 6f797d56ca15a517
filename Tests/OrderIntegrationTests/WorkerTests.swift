import DomainKit
import Lifecycle
import Messaging
import OrderApplication
import OrderDomain
import OrderWorker
import StockContracts
import TestKit
import Testing

/// The queues of Order feed the use cases that they should, over a real broker.
@Suite struct WorkerTests {
    /// Runs Order's consumers, and a relay of another database which stands for Stock.
    private func withWorker(
        _ body: @escaping @Sendable (_ order: OrderFixture, _ stock: OrderFixture) async throws -> Void
    ) async throws {
        try await TestVhost.with { vhost in
            try await OrderFixture.with { order in
                try await OrderFixture.with { stock in
                    let (broker, inbox) = (vhost.broker(), order.database.pool)
                    let confirm = ConfirmOrders(order.orders)
                    let reject = RejectOrders(order.orders)
                    let record = RecordPrices(order.prices)
                    let services: [any Service] = [
                        Consumer(.productPriced, on: broker, inbox: inbox, handler: { try await record($0, in: $1) }),
                        Consumer(
                            .stockProcessCompleted, on: broker, inbox: inbox,
                            handler: { try await confirm($0, in: $1) }),
                        Consumer(
                            .stockProcessFailed, on: broker, inbox: inbox, handler: { try await reject($0, in: $1) }),
                        OutboxRelay(from: stock.database.pool, to: broker),
                    ]
                    let shutdown = ShutdownSignal()
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for service in services { group.addTask { try await service.run(until: shutdown) } }
                        defer { shutdown.trigger() }
                        try await eventually("the parts are there", within: .seconds(60)) {
                            services.allSatisfy(\.health.isHealthy)
                        }
                        try await body(order, stock)
                    }
                }
            }
        }
    }

    @Test func aPriceAndTheAnswersOfStockReachTheirOrders() async throws {
        try await withWorker { order, stock in
            let (confirmed, refused) = (try await order.order(), try await order.order())
            let product = EntityID.v7()
            let dollar = try #require(Currency("USD"))
            try await stock.units.perform { work in
                let price = Money(minorUnits: 5, currency: dollar)
                try await work.publish(
                    ProductPriced(productID: product, sku: "A", name: "Tea", unitPrice: price, version: 1), cause: .test
                )
                try await work.publish(StockProcessCompleted(orderID: confirmed), cause: .test)
                try await work.publish(StockProcessFailed(orderID: refused, reason: "none left"), cause: .test)
            }
            try await eventually("both orders came to their end", within: .seconds(60)) {
                let statuses = [try await order.find(confirmed).status, try await order.find(refused).status]
                return statuses == [.confirmed, .cancelled]
            }
            try await eventually("the product can be ordered", within: .seconds(60)) {
                try await order.place(order.command([(product, 1)]))?.isPlaced == true
            }
        }
    }

    @Test func anAnswerDeliveredThreeTimesCancelsOnce() async throws {
        try await withWorker { order, stock in
            let id = try await order.order()
            let last = try await order.order()
            try await stock.units.perform { work in
                let body = StockProcessFailed(orderID: id, reason: "none left").jsonText
                try await work.sql.execute(
                    """
                    INSERT INTO outbox (message_id, type, routing_key, aggregate_type, aggregate_id, payload, occurred_at)
                    SELECT $1, 'StockProcessFailed', 'stock.process-failed', 'order', $2, $3, $4
                    FROM generate_series(1, 3)
                    """, [.id(.v7()), .id(id), .text(body), .timestamp(work.now)])
                try await work.publish(StockProcessFailed(orderID: last, reason: "none left"), cause: .test)
            }
            try await eventually("what was published last has come", within: .seconds(60)) {
                try await order.find(last).status == .cancelled
            }
            try await eventually("everything was relayed", within: .seconds(60)) {
                try await stock.rowCounts()["outbox"] == 0
            }
            #expect(try await order.published(about: id) == ["OrderCreated", "OrderCancelled"])
            #expect(try await order.steps(of: id) == [.pending, .stockRefused, .cancelled])
        }
    }
}
