import DomainKit
import JSON
import StockApplication
import StockContracts
import StockDomain
import Testing

/// Products that run low are told of once for each fall.
@Suite struct LowStockTests {
    /// Orders alone and in batches, and corrections by hand, all at once on one product, again and again. Would catch a
    /// level that is read before it is locked, a decision on one order instead of what a batch leaves, and an adjustment
    /// or a deduction that does not ask at all.
    @Test func oneFallIsToldOnceHoweverManyTakeAtOnce() async throws {
        try await StockFixture.with { stock in
            let tea = try await stock.product(onHand: 40, threshold: 20)
            for round in 1...5 {
                try await withThrowingTaskGroup { group in
                    for task in 0..<12 {
                        group.addTask {
                            switch task % 3 {
                            case 0: try await stock.place(order((tea, 3)))
                            case 1: try await stock.place((0..<3).map { _ in order((tea, 1)) })
                            default: try await stock.adjust(tea, by: -3)
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                #expect(try await stock.onHand(tea) == 4)
                #expect(try await falls(of: tea, in: stock) == round)
                try await stock.adjust(tea, by: 36)
            }
            #expect(stock.rerunTransactions == 0)
        }
    }

    @Test func theEventSaysWhatTheBatchLeft() async throws {
        try await StockFixture.with { stock in
            let tea = try await stock.product(onHand: 12, name: "Sencha", threshold: 10)
            try await stock.place((0..<5).map { _ in order((tea, 1)) })
            let body = try #require(try await stock.lastBody(about: tea))
            let event = try JSONReader.decode(ProductRunLow.self, from: JSONValue(parsing: Array(body.utf8)))
            #expect(event.available == 7 && event.threshold == 10 && event.name == "Sencha")
        }
    }

    /// Nobody need listen to it: an event that waits in the outbox for a Notification that is not deployed helps nobody.
    @Test func theEventMayReachNoQueue() async throws {
        try await StockFixture.with { stock in
            let tea = try await stock.product(onHand: 1, threshold: 1)
            try await stock.adjust(tea, by: -1)
            let optional = try await stock.count(
                "SELECT count(*) FROM outbox WHERE type = 'ProductRunLow' AND NOT mandatory")
            #expect(optional == 1)
        }
    }

    @Test func aCancellationThatRefillsMakesRoomForTheNextFall() async throws {
        try await StockFixture.with { stock in
            let tea = try await stock.product(onHand: 10, threshold: 10)
            let first = order((tea, 1))
            try await stock.place(first)
            #expect(try await falls(of: tea, in: stock) == 1)
            try await stock.cancel(first)
            #expect(try await falls(of: tea, in: stock) == 1)
            try await stock.place(order((tea, 1)))
            #expect(try await falls(of: tea, in: stock) == 2)
        }
    }

    /// A threshold above what is there is no fall, and neither is one that is taken away or lowered.
    @Test func anotherThresholdIsNoFallAndNoNewPrice() async throws {
        try await StockFixture.with { stock in
            let tea = try await stock.product(onHand: 5)
            for threshold in [10, 3, nil, 6] {
                let sku = "SKU-\(tea)".suffix(12).description
                try await stock.register(tea, sku: sku, threshold: threshold)
            }
            #expect(try await stock.published(about: tea) == ["ProductPriced"])
            // Below the threshold already.
            try await stock.place(order((tea, 1)))
            #expect(try await falls(of: tea, in: stock) == 0)
            try await stock.adjust(tea, by: 2)
            try await stock.place(order((tea, 1)))
            #expect(try await falls(of: tea, in: stock) == 1)
        }
    }

    @Test func aRefusedOrderAndARepeatedOneMakeNothingFall() async throws {
        try await StockFixture.with { stock in
            let tea = try await stock.product(onHand: 10, threshold: 10)
            try await stock.place(order((tea, 11)))
            #expect(try await falls(of: tea, in: stock) == 0)
            let taken = order((tea, 1))
            try await stock.place(taken, taken)
            try await stock.place(taken)
            #expect(try await falls(of: tea, in: stock) == 1)
        }
    }

    /// What takes stock is still an update that no index hears of (HOT): the column beside it must not be in one.
    @Test func noIndexHasTheThreshold() async throws {
        try await StockFixture.with { stock in
            let indexed = try await stock.count(
                """
                SELECT count(*) FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY(indkey)
                WHERE indrelid = 'stock_items'::regclass AND attname <> 'product_id'
                """)
            #expect(indexed == 0)
        }
    }

    private func falls(of product: EntityID, in stock: StockFixture) async throws -> Int {
        try await stock.published(about: product).count { $0 == "ProductRunLow" }
    }
}
