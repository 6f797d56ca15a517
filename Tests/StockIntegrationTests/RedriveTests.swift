import DomainKit
import Messaging
import StockInfrastructure
import TestKit
import Testing

@Suite struct RedriveTests {
    @Test func anOrderWhoseSagaHasEndedIsNotSentAgain() async throws {
        try await StockFixture.with { stock in
            let store = DeadLetterStore(stock.database.pool, rule: StockRedrive.refusal)
            let tea = try await stock.product(onHand: 10)
            let (givenUp, returned, cancelled) = (order((tea, 1)), order((tea, 1)), order((tea, 1)))
            try await stock.giveUp(givenUp)
            try await stock.place(returned)
            try await stock.cancel(returned, cancelled)
            for (order, reason) in [(givenUp, "refused"), (returned, "cancelled"), (cancelled, "cancelled")] {
                let letter = try await stock.database.deadLetter(
                    "OrderCreated", about: order.orderID, at: "stock.order-created")
                let refusal = await #expect(throws: DeadLetterRefusal.self) { try await store.redrive(letter, by: nil) }
                #expect(refusal?.description.contains(reason) == true)
            }
            #expect(try await stock.count("SELECT count(*) FROM outbox WHERE type = 'OrderCreated'") == 0)
        }
    }

    @Test func anUndecidedOrderAndEveryCancellationAreSentAgain() async throws {
        try await StockFixture.with { stock in
            let store = DeadLetterStore(stock.database.pool, rule: StockRedrive.refusal)
            let (undecided, refused) = (EntityID.v7(), order((try await stock.product(onHand: 1), 2)))
            try await stock.place(refused)
            for (type, id) in [("OrderCreated", undecided), ("OrderCancelled", refused.orderID)] {
                let letter = try await stock.database.deadLetter(type, about: id, at: "stock.some")
                try await store.redrive(letter, by: nil)
                #expect(try await stock.published(about: id).last == type)
            }
        }
    }
}
