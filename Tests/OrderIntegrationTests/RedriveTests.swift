import DomainKit
import Messaging
import OrderDomain
import OrderInfrastructure
import TestKit
import Testing

@Suite struct RedriveTests {
    @Test func whatTellsOfACancelledOrderIsRefused() async throws {
        try await OrderFixture.with { fixture in
            let store = DeadLetterStore(fixture.database.pool, rule: OrderRedrive.refusal)
            for type in ["StockProcessCompleted", "StockProcessFailed"] {
                let order = try await fixture.order(.cancelled)
                let letter = try await fixture.database.deadLetter(type, about: order, at: "order.stock")
                let refusal = await #expect(throws: DeadLetterRefusal.self) { try await store.redrive(letter, by: nil) }
                #expect(refusal?.description == "The order was cancelled meanwhile.")
            }
        }
    }

    @Test func whatTellsOfOtherOrdersAndOfProductsIsSentAgain() async throws {
        try await OrderFixture.with { fixture in
            let store = DeadLetterStore(fixture.database.pool, rule: OrderRedrive.refusal)
            for status in [OrderStatus.pending, .confirmed] {
                let order = try await fixture.order(status)
                let letter = try await fixture.database.deadLetter("StockProcessCompleted", about: order, at: "order.a")
                try await store.redrive(letter, by: nil)
                #expect(try await fixture.published(about: order).last == "StockProcessCompleted")
            }
            let product = try await fixture.product()
            let letter = try await fixture.database.deadLetter("ProductPriced", about: product, at: "order.b")
            try await store.redrive(letter, by: nil)
            #expect(try await fixture.published(about: product) == ["ProductPriced"])
        }
    }
}
