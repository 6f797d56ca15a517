import DomainKit
import OrderContracts
import StockApplication
import StockDomain
import Testing

@Suite struct ConcurrencyTests {
    /// Batches over few products from many tasks, with cancellations, corrections and messages that come again.
    @Test func stockIsNeverTakenTwiceHoweverManyAskAtOnce() async throws {
        try await StockFixture.with { stock in
            var teas: [EntityID] = []
            for _ in 0..<4 { teas.append(try await stock.product(onHand: 150)) }
            let products = teas
            try await withThrowingTaskGroup { group in
                for task in 0..<8 {
                    group.addTask {
                        var seen: [OrderSnapshot] = []
                        for batch in 0..<12 {
                            let orders = (0..<8).map { _ in
                                order(products.shuffled().prefix(.random(in: 1...3)).map { ($0, .random(in: 1...3)) })
                            }
                            try await stock.place(orders + seen.shuffled().prefix(2))
                            seen += orders
                            if batch % 3 == 0 { try await stock.cancel(Array(seen.shuffled().prefix(4))) }
                            if batch % 5 == task % 5 { try await stock.adjust(products[task % 4], by: 1) }
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(stock.rerunTransactions == 0)
            try await expectSoundBooks(stock)
            #expect(try await stock.count("SELECT count(*) FROM order_outcomes") == 8 * 12 * 8)
            #expect(try await stock.count("SELECT count(*) FROM order_outcomes WHERE outcome = 'Refused'") > 0)
        }
    }

    /// The same orders' messages from several tasks at once, each in an order of its own.
    @Test func messagesOfTheSameOrdersRaceToOneOutcome() async throws {
        try await StockFixture.with { stock in
            let tea = try await stock.product(onHand: 1_000)
            let pot = try await stock.product(onHand: 1_000)
            let orders = (0..<60).map { _ in order((tea, 2), (pot, 1)) }
            try await withThrowingTaskGroup { group in
                for task in 0..<8 {
                    group.addTask {
                        let shuffled = orders.shuffled()
                        for start in stride(from: 0, to: orders.count, by: 12) {
                            let batch = Array(shuffled[start..<start + 12])
                            if task % 2 == 0 { try await stock.place(batch) } else { try await stock.cancel(batch) }
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(stock.rerunTransactions == 0)
            try await expectSoundBooks(stock)
            // Every order was cancelled, before or after it was placed.
            #expect(try await stock.onHand(tea) == 1_000)
            #expect(try await stock.onHand(pot) == 1_000)
        }
    }

    @Test func adjustmentsThatRaceToZeroStopThere() async throws {
        try await StockFixture.with { stock in
            let tea = try await stock.product(onHand: 20)
            let taken = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<30 {
                    group.addTask {
                        do {
                            try await stock.adjust(tea, by: -1)
                            return true
                        } catch StockError.belowZero {
                            return false
                        }
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(taken == 20)
            #expect(try await stock.onHand(tea) == 0)
            try await expectSoundBooks(stock)
        }
    }

    /// What must hold whatever happened.
    private func expectSoundBooks(_ stock: StockFixture) async throws {
        #expect(try await stock.faultyLevels() == 0)
        #expect(try await stock.count("SELECT count(*) FROM stock_items WHERE on_hand < 0") == 0)
        let unbalanced = """
            SELECT count(*) FROM order_outcomes WHERE
                CASE WHEN outcome = 'Deducted' THEN -1 ELSE 0 END <>
                (SELECT coalesce(sign(sum(delta)), 0) FROM stock_movements AS moved
                 WHERE moved.order_id = order_outcomes.order_id)
            """
        #expect(try await stock.count(unbalanced) == 0)
        // An order is told of once, and only as what became of it.
        let told = """
            SELECT count(*) FROM order_outcomes WHERE
                CASE outcome WHEN 'Refused' THEN ARRAY['StockProcessFailed'] WHEN 'CancelledFirst' THEN ARRAY[]::text[]
                             ELSE ARRAY['StockProcessCompleted'] END <>
                (SELECT coalesce(array_agg(type), ARRAY[]::text[]) FROM outbox WHERE aggregate_id = order_id)
            """
        #expect(try await stock.count(told) == 0)
    }
}
