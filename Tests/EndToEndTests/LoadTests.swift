import AMQP
import DomainKit
import Foundation
import JSON
import TestKit
import Testing

/// Many orders for too little stock, with two workers of each domain.
@Suite(.serialized, .timeLimit(.minutes(5))) struct LoadTests {
    /// Would catch a lost update of the stock, an order decided twice, a message dropped between commit and publish, and
    /// a notification doubled.
    @Test func twoHundredOrdersAtOnceAllEndAndTheStockAddsUp() async throws {
        try await Shop.with(workers: 2) { shop in
            let received = try await shop.stockShelves()
            let placed = try await shop.placeOrders(200, over: Array(received.keys))
            try await shop.settles()
            try await shop.audit(received: received)
            try await shop.expectOneNotificationEach(placed)
            #expect(try await shop.count("SELECT count(*) FROM orders WHERE status = 'Confirmed'", in: .order) > 0)
            #expect(try await shop.count("SELECT count(*) FROM orders WHERE status = 'Cancelled'", in: .order) > 0)
        }
    }

    /// Would catch an acknowledgement before the commit, a marker outside the transaction, and a row deleted before its
    /// confirm: whatever a worker has in hand when it dies.
    @Test func workersKilledInTheMiddleAndStartedAgainChangeNothing() async throws {
        try await Shop.with(workers: 2) { shop in
            let received = try await shop.stockShelves()
            async let placing = shop.placeOrders(200, over: Array(received.keys))
            for _ in 0..<3 {
                for domain in Shop.Domain.allCases {
                    try await Task.sleep(for: .milliseconds(60))
                    await shop.killWorker(of: domain)
                    try await shop.startWorker(of: domain)
                }
            }
            let placed = try await placing
            try await shop.settles()
            try await shop.audit(received: received)
            try await shop.expectOneNotificationEach(placed)
        }
    }

    /// Each message of the saga is delivered three times in all, the copies in reverse order and long after the first.
    @Test func messagesDeliveredThreeTimesAndInTheWrongOrderChangeNothing() async throws {
        try await Shop.with(workers: 2) { shop in
            let tap = try await shop.tap()
            let received = try await shop.stockShelves()
            let placed = try await shop.placeOrders(60, over: Array(received.keys))
            for id in placed.prefix(10) { _ = try await shop.send("POST", "/api/orders/\(id)/cancel", to: .order) }
            try await shop.settles()
            let before = try await shop.picture()
            let messages = try await tap.drain()
            #expect(messages.count >= 60 * 3)
            try await shop.republish(messages.reversed() + messages)
            try await shop.settles()
            #expect(try await shop.picture() == before)
            try await shop.audit(received: received)
        }
    }
}

extension Shop {
    /// Ten products with stock for about half of what 200 orders want.
    func stockShelves() async throws -> [EntityID: Int64] {
        var received: [EntityID: Int64] = [:]
        for index in 0..<10 {
            let amount = 12 + index
            received[try await addProduct(price: "\(index + 1).50", stock: amount)] = Int64(amount)
        }
        return received
    }

    /// Places orders of one to three products from 20 clients at once.
    func placeOrders(_ count: Int, over products: [EntityID]) async throws -> [EntityID] {
        try await withThrowingTaskGroup(of: [EntityID].self) { group in
            for client in 0..<20 {
                group.addTask {
                    var placed: [EntityID] = []
                    for number in 0..<(count / 20) {
                        let lines = (0...((client + number) % 3)).map { offset in
                            (
                                product: products[(client * 7 + number + offset * 3) % products.count],
                                quantity: 1 + (client + offset) % 2
                            )
                        }
                        placed.append(try await self.placeOrder(lines))
                    }
                    return placed
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    /// Every order has exactly one notification, of the kind that its end asks for, and it was sent once.
    func expectOneNotificationEach(
        _ placed: [EntityID], sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let orders = try await count("SELECT count(*) FROM orders", in: .order)
        let notified = try await count("SELECT count(DISTINCT order_id) FROM notifications", in: .notification)
        let notifications = try await count("SELECT count(*) FROM notifications", in: .notification)
        #expect(orders == Int64(placed.count), sourceLocation: sourceLocation)
        #expect(notified == orders, sourceLocation: sourceLocation)
        #expect(notifications == orders, sourceLocation: sourceLocation)
        let sent = try await count(
            "SELECT count(*) FROM notifications WHERE status = 'Sent' AND attempts = 1", in: .notification)
        #expect(sent == orders, sourceLocation: sourceLocation)
    }

    /// Everything that a repeated message might change.
    func picture() async throws -> [String] {
        var picture: [String] = []
        for (domain, sql) in [
            (.order, "SELECT id::text || status || coalesce(cancellation_reason, '') FROM orders"),
            (.stock, "SELECT product_id::text || on_hand FROM stock_items"),
            (.stock, "SELECT movement_id::text FROM stock_movements"),
            (.stock, "SELECT order_id::text || outcome FROM order_outcomes"),
            (.notification, "SELECT id::text || status FROM notifications"),
        ] as [(Domain, String)] {
            guard let database = databases[domain] else { throw Failure(description: "no \(domain) database") }
            picture += try await database.pool.query(sql + " ORDER BY 1") { try $0.text(0) }
        }
        return picture
    }
}
