import DomainKit
import Foundation
import JSON
import TestKit
import Testing

/// One order at a time through the real executables.
@Suite(.serialized, .timeLimit(.minutes(5))) struct SagaTests {
    @Test func anOrderIsConfirmedWhenThereIsStockAndCancelledWhenThereIsNot() async throws {
        try await Shop.with { shop in
            let product = try await shop.addProduct(price: "4.50", stock: 3)
            let first = try await shop.placeOrder([(product, 2)])
            _ = try await shop.order(first, becomes: "Confirmed")
            let second = try await shop.placeOrder([(product, 2)])
            let cancelled = try await shop.order(second, becomes: "Cancelled")
            #expect(cancelled.reason?.isEmpty == false)
            #expect(try await shop.onHand(product) == 1)
            _ = try await eventually("both customers are told") {
                try await shop.isTold(of: first, second) ? true : nil
            }
            #expect(try await shop.notifications(of: first) == ["order-confirmed Sent"])
            #expect(try await shop.notifications(of: second) == ["order-cancelled Sent"])
        }
    }

    @Test func aConfirmedOrderThatIsCancelledGivesItsStockBack() async throws {
        try await Shop.with { shop in
            let product = try await shop.addProduct(stock: 5)
            let id = try await shop.placeOrder([(product, 5)])
            _ = try await shop.order(id, becomes: "Confirmed")
            let answer = try await shop.send("POST", "/api/orders/\(id)/cancel", to: .order)
            #expect(answer.status == 200)
            #expect(answer.body["status"] == .string("Cancelled"))
            #expect(try await shop.send("POST", "/api/orders/\(id)/cancel", to: .order).status == 409)
            _ = try await eventually("the stock is back") { try await shop.onHand(product) == 5 ? true : nil }
            _ = try await eventually("the customer is told of the cancellation") {
                try await shop.notifications(of: id).contains("order-cancelled Sent") ? true : nil
            }
        }
    }

    /// The cancellation is sent right behind the order, so that either message may reach Stock first.
    @Test func aPendingOrderThatIsCancelledTakesNothingInTheEnd() async throws {
        try await Shop.with { shop in
            let product = try await shop.addProduct(stock: 10)
            for _ in 0..<10 {
                let id = try await shop.placeOrder([(product, 1)])
                #expect(try await shop.send("POST", "/api/orders/\(id)/cancel", to: .order).status == 200)
            }
            try await shop.settles()
            #expect(try await shop.onHand(product) == 10)
            try await shop.audit(received: [product: 10])
        }
    }

    /// Would catch a key that is looked up before it is written, or kept outside the order's transaction.
    @Test func theSameKeyAtTheSameInstantOnTwoAPIsIsOneOrder() async throws {
        try await Shop.with { shop in
            let product = try await shop.addProduct(stock: 100)
            let second = try await shop.startAPI(of: .order).client
            let first = try shop.api(.order)
            for attempt in 0..<10 {
                let body = Shop.orderBody([(product, 1)])
                let key = ["Idempotency-Key": "key-\(attempt)"]
                async let left = shop.send("POST", "/api/orders", to: .order, body: body, headers: key, through: first)
                async let right = shop.send(
                    "POST", "/api/orders", to: .order, body: body, headers: key, through: second)
                let (one, other) = try await (left, right)
                #expect(one.status == 201 && other.status == 201)
                #expect(one.body == other.body)
                #expect(one.location == other.location && one.location != nil)
            }
            let orders = try await shop.count("SELECT count(*) FROM orders", in: .order)
            #expect(orders == 10)
        }
    }

    /// Stock learns of the order and of its end only when nobody waits for it any more: it takes nothing, or gives it back.
    @Test func anOrderThatExpiredBeforeStockSawItTakesNothingInTheEnd() async throws {
        try await Shop.with { shop in
            let product = try await shop.addProduct(stock: 10)
            _ = try await shop.stopWorkers()
            let ids = [
                try await shop.placeOrder([(product, 2)]), try await shop.placeOrder([(product, 3)]),
            ]
            let watch = try await shop.startWorker(
                of: .order, with: ["ORDER_STALLED_AFTER": "200ms", "ORDER_EXPIRES_AFTER": "1s"])
            for id in ids {
                let order = try await shop.order(id, becomes: "Cancelled")
                #expect(order.reason == "not confirmed within 1 second")
                #expect(
                    watch.log.split(separator: "\n").count {
                        $0.contains("\"order expired\"") && $0.contains(id.description)
                    } == 1)
            }
            for domain in [Shop.Domain.stock, .notification] { try await shop.startWorker(of: domain) }
            try await shop.settles()
            #expect(try await shop.onHand(product) == 10)
            try await shop.audit(received: [product: 10])
            for id in ids { #expect(try await shop.notifications(of: id) == ["order-cancelled Sent"]) }
        }
    }

    @Test func ordersAreTakenWhileTheWorkersAreAwayAndHandledWhenTheyReturn() async throws {
        try await Shop.with { shop in
            let product = try await shop.addProduct(stock: 1)
            let stopped = try await shop.stopWorkers()
            let id = try await shop.placeOrder([(product, 1)])
            #expect(try await shop.order(id).status == "Pending")
            for domain in stopped { try await shop.startWorker(of: domain) }
            _ = try await shop.order(id, becomes: "Confirmed")
        }
    }
}
