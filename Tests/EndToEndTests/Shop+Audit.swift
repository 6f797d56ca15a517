import DomainKit
import TestKit
import Testing

/// What must hold when all is said and done.
extension Shop {
    /// The single number that a query gives.
    func count(_ sql: String, in domain: Domain) async throws -> Int64 {
        guard let database = databases[domain] else { throw Failure(description: "no \(domain) database") }
        return try await database.pool.query(sql) { try $0.int(0) }.first ?? 0
    }

    /// Waits until nothing is in flight: no order is pending, no outbox holds a row, no queue a message, and nothing is to be
    /// delivered.
    ///
    /// A message in the hands of a worker is in no count. So the workers are stopped, which hands back what they have not
    /// finished, the counts are taken again, and as many workers are started anew.
    func settles() async throws {
        while true {
            _ = try await eventually("nothing waits any more", within: .seconds(120)) {
                try await nothingWaits() ? true : nil
            }
            let stopped = try await stopWorkers()
            let isSettled = try await nothingWaits()
            for domain in stopped { try await startWorker(of: domain) }
            if isSettled { return }
        }
    }

    /// Whether no order is pending, no outbox holds a row, no queue a message, and nothing is to be delivered.
    func nothingWaits() async throws -> Bool {
        guard try await count("SELECT count(*) FROM orders WHERE status = 'Pending'", in: .order) == 0,
            try await outboxesAreEmpty(), try await waitingMessages() == 0,
            try await count("SELECT count(*) FROM deliveries WHERE due_at IS NOT NULL", in: .notification) == 0
        else { return false }
        return true
    }

    private func outboxesAreEmpty() async throws -> Bool {
        for domain in Domain.allCases where try await count("SELECT count(*) FROM outbox", in: domain) > 0 {
            return false
        }
        return true
    }

    /// Holds the three databases against each other.
    /// - Parameter received: how much of each product was booked in.
    func audit(received: [EntityID: Int64], sourceLocation: SourceLocation = #_sourceLocation) async throws {
        guard let orders = databases[.order], let stock = databases[.stock], let told = databases[.notification] else {
            throw Failure(description: "a database is missing")
        }
        let unfinished = try await count(
            "SELECT count(*) FROM orders WHERE status NOT IN ('Confirmed', 'Cancelled')", in: .order)
        #expect(unfinished == 0, "every order ends", sourceLocation: sourceLocation)
        for domain in Domain.allCases {
            let dead = try await count("SELECT count(*) FROM dead_letters", in: domain)
            #expect(dead == 0, "no message of \(domain) is dead", sourceLocation: sourceLocation)
        }
        let sold = try await orders.pool.query(
            """
            SELECT l.product_id, sum(l.quantity)::bigint FROM order_lines l JOIN orders o ON o.id = l.order_id
            WHERE o.status = 'Confirmed' GROUP BY 1
            """
        ) { (try $0.id(0), try $0.int(1)) }
        let soldByProduct = Dictionary(uniqueKeysWithValues: sold)
        let levels = try await stock.pool.query(
            """
            SELECT i.product_id, i.on_hand::bigint, coalesce(sum(m.delta), 0)::bigint
            FROM stock_items i LEFT JOIN stock_movements m ON m.product_id = i.product_id GROUP BY 1, 2
            """
        ) { (product: try $0.id(0), onHand: try $0.int(1), ledger: try $0.int(2)) }
        for level in levels {
            #expect(level.onHand >= 0, "no product is below zero", sourceLocation: sourceLocation)
            #expect(level.onHand == level.ledger, "the ledger adds up", sourceLocation: sourceLocation)
            #expect(
                level.onHand + (soldByProduct[level.product] ?? 0) == received[level.product],
                "stock on hand and what confirmed orders took is what was received", sourceLocation: sourceLocation)
        }
        #expect(levels.count == received.count, sourceLocation: sourceLocation)
        let final = try await orders.pool.query("SELECT id, status FROM orders ORDER BY 1") {
            "\(try $0.id(0)) \(try $0.text(1))"
        }
        // The last word that each customer heard; a confirmation may stand beside a later cancellation.
        let lastWords = try await told.pool.query(
            """
            SELECT order_id, CASE WHEN bool_or(template = 'order-cancelled') THEN 'Cancelled' ELSE 'Confirmed' END
            FROM notifications WHERE template IN ('order-confirmed', 'order-cancelled') GROUP BY 1 ORDER BY 1
            """
        ) { "\(try $0.id(0)) \(try $0.text(1))" }
        #expect(lastWords == final, "every order's customer is told how it ended", sourceLocation: sourceLocation)
    }
}
