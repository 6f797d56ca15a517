import DomainKit
import StockDomain
import Testing

@Suite struct LowStockTests {
    private let tea = EntityID(high: 1, low: 1)
    private let pot = EntityID(high: 1, low: 2)

    private func demand(_ lines: (EntityID, Int)...) -> Demand {
        Demand(orderID: .v7(), lines: lines.map { Demand.Line(productID: $0, name: "product \($0.low)", quantity: $1) })
    }

    @Test(arguments: [
        (10, 9, true), (10, 10, false), (11, 10, false), (12, 0, true), (9, 8, false), (9, 12, false), (0, 0, false),
    ])
    func onlyAFallFromTheThresholdOrAboveToBelowItIsOne(before: Int, after: Int, isFall: Bool) {
        let level = StockLevel(productID: tea, onHand: before, lowStockThreshold: 10)
        #expect(level.runsLow(at: after) == isFall)
        #expect(!StockLevel(productID: tea, onHand: before).runsLow(at: after))
    }

    @Test func aProductFallsByTheOrderThatTakesItBelowAndByNoOther() {
        let levels = [
            StockLevel(productID: tea, onHand: 12, lowStockThreshold: 10), StockLevel(productID: pot, onHand: 12),
        ]
        var allocation = Allocation(of: levels)
        var watch = LowStockWatch(of: levels)
        let fallen = [2, 1, 1, 5].map { quantity in
            let demand = demand((tea, quantity), (pot, quantity))
            #expect(allocation.decide(demand) == .deducted)
            return watch.fallen(by: demand, leaving: allocation)
        }
        #expect(fallen == [[], [tea], [], []])
    }

    @Test func whatWasLowFromTheStartDoesNotFallAgain() {
        let levels = [StockLevel(productID: tea, onHand: 9, lowStockThreshold: 10)]
        var allocation = Allocation(of: levels)
        var watch = LowStockWatch(of: levels)
        let order = demand((tea, 9))
        #expect(allocation.decide(order) == .deducted)
        #expect(watch.fallen(by: order, leaving: allocation) == [])
    }
}
