import DomainKit
import OrderContracts
import StockDomain
import StockWorker
import Testing

@Suite struct WorkerTests {
    @Test func theQueuesAreNamedAsOthersKnowThem() {
        #expect(OrderCreatedHandler.subscription.queue == "stock.order-created")
        #expect(OrderCancelledHandler.subscription.queue == "stock.order-cancelled")
    }

    @Test func eachQueueFeedsItsUseCase() async throws {
        try await StockFixture.with { stock in
            let tea = try await stock.product(onHand: 5)
            let (kept, cancelled, poisonous) = (order((tea, 1)), order((tea, 2)), order((tea, 1)))
            let created = OrderCreatedHandler(stock.repository)
            try await stock.perform { work in
                try await created.handle([kept, cancelled].map { Received(OrderCreated(order: $0)) }, work)
            }
            try await stock.perform { work in
                try await created.giveUp([Received(OrderCreated(order: poisonous))], "it failed four times", work)
            }
            try await stock.perform { work in
                let message = Received(OrderCancelled(order: cancelled, reason: "changed my mind"))
                try await OrderCancelledHandler(stock.repository).handle([message], work)
            }
            #expect(try await stock.outcome(of: kept) == .deducted)
            #expect(try await stock.outcome(of: cancelled) == .returned)
            #expect(try await stock.outcome(of: poisonous) == .refused)
            #expect(try await stock.onHand(tea) == 4)
        }
    }
}
