import AMQP
import DomainKit
import JSON
import TestKit
import Testing

/// A person through the whole shop, and out of it.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ErasureTests {
    private static let person = [
        "Wilhelmina Traceable", "wilhelmina@trace.example", "Untraceable Lane 99", "my own words",
    ]

    private func remains(_ shop: Shop) async throws -> [String] {
        var found: [String] = []
        for (domain, database) in shop.databases {
            for text in Self.person { found += try await database.tables(holding: text).map { "\(domain).\($0)" } }
        }
        return Set(found).sorted()
    }

    private func place(_ shop: Shop, _ product: EntityID, _ quantity: Int, _ customer: EntityID) async throws
        -> EntityID
    {
        let body = """
            {"customerId": "\(customer)", "items": [{"productId": "\(product)", "quantity": \(quantity)}],
             "contact": {"name": "Wilhelmina Traceable", "email": "wilhelmina@trace.example"},
             "shippingAddress": {"street": "Untraceable Lane 99", "city": "Bern", "zipCode": "3000"}}
            """
        let answer = try await shop.send("POST", "/api/orders", to: .order, body: body)
        return try #require(answer.body["orderId"]?.stringValue.flatMap { EntityID($0) })
    }

    /// What Order said of an order once more, but nobody can read it: it ends in Stock's dead letters.
    private func poison(_ shop: Shop, _ order: EntityID, _ customer: EntityID) async throws {
        let body = """
            {"orderId": "\(order)", "customerId": "\(customer)", "contact": {"name": "Wilhelmina Traceable",
             "email": "wilhelmina@trace.example"}, "items": "none"}
            """
        try await shop.broker.publish([
            OutgoingMessage(
                exchange: "", routingKey: "stock.order-created", messageID: EntityID.v7().description,
                type: "OrderCreated", correlationID: nil,
                headers: ["cloudEvents_subject": .text(order.description)], body: Array(body.utf8))
        ])
    }

    private func deadLetters(_ shop: Shop) async throws -> Int64 {
        try await shop.count("SELECT count(*) FROM dead_letters", in: .stock)
    }

    @Test func nothingOfAPersonIsLeftInAnyDatabaseAndNoMessageBringsThemBack() async throws {
        try await Shop.with { shop in
            let customer = EntityID.v7()
            let product = try await shop.addProduct(stock: 5)
            let confirmed = try await place(shop, product, 2, customer)
            _ = try await shop.order(confirmed, becomes: "Confirmed")
            let cancelled = try await place(shop, product, 1, customer)
            let answer = try await shop.send(
                "POST", "/api/orders/\(cancelled)/cancel", to: .order, body: #"{"reason": "my own words"}"#,
                headers: ["Idempotency-Key": "cancel"])
            #expect(answer.status == 200)
            try await poison(shop, confirmed, customer)
            _ = try await eventually("the message is a dead letter") { try await deadLetters(shop) == 1 ? true : nil }
            _ = try await eventually("the customer is told of both") {
                try await shop.isTold(of: confirmed, cancelled) ? true : nil
            }
            let before = try await remains(shop)
            #expect(before.contains("order.orders") && before.contains("stock.dead_letters"))
            #expect(before.contains("notification.notifications"))

            #expect(try await shop.send("DELETE", "/api/customers/\(customer)/data", to: .order).status == 204)
            _ = try await eventually("all three databases have forgotten") {
                try await remains(shop).isEmpty ? true : nil
            }
            // What was on its way meanwhile arrives: the order's dead letter, and that it was confirmed.
            try await poison(shop, confirmed, customer)
            _ = try await eventually("it is a dead letter, too") { try await deadLetters(shop) == 2 ? true : nil }
            try await shop.settles()
            #expect(try await remains(shop) == [])
            #expect(try await shop.order(confirmed).status == "Confirmed")
            #expect(try await shop.notifications(of: confirmed) == ["order-confirmed Sent"])
        }
    }
}
