import DomainKit
import StockDomain
import Testing

@Suite struct AllocationTests {
    private let tea = EntityID(high: 1, low: 1)
    private let pot = EntityID(high: 1, low: 2)

    private func demand(_ lines: (EntityID, Int)...) -> Demand {
        Demand(orderID: .v7(), lines: lines.map { Demand.Line(productID: $0, name: "product \($0.low)", quantity: $1) })
    }

    @Test func anOrderTakesExactlyWhatIsThere() {
        var allocation = Allocation(of: [StockLevel(productID: tea, onHand: 3)])
        #expect(allocation.decide(demand((tea, 3))) == .deducted)
        #expect(allocation.left(of: tea) == 0)
    }

    @Test func anOrderThatLacksOneLineTakesNothingOfTheOthers() {
        let levels = [StockLevel(productID: tea, onHand: 5), StockLevel(productID: pot, onHand: 1)]
        var allocation = Allocation(of: levels)
        let greedy = demand((tea, 5), (pot, 2))
        #expect(allocation.decide(greedy) == .refused([.init(line: greedy.lines[1], available: 1)]))
        #expect(allocation.left(of: tea) == 5)
        #expect(allocation.decide(demand((tea, 5), (pot, 1))) == .deducted)
    }

    @Test func whoComesFirstIsServedFirst() {
        var allocation = Allocation(of: [StockLevel(productID: tea, onHand: 2)])
        #expect(allocation.decide(demand((tea, 2))) == .deducted)
        #expect(allocation.decide(demand((tea, 1))) != .deducted)
    }

    @Test func anUnknownProductIsAShortageOfAll() {
        var allocation = Allocation(of: [])
        let order = demand((tea, 1))
        #expect(allocation.decide(order) == .refused([.init(line: order.lines[0], available: 0)]))
    }

    @Test func linesOfTheSameProductAreAddedUp() {
        var allocation = Allocation(of: [StockLevel(productID: tea, onHand: 3)])
        #expect(allocation.decide(demand((tea, 2), (tea, 2))) != .deducted)
        #expect(allocation.decide(demand((tea, 2), (tea, 1))) == .deducted)
    }

    @Test func moreThanCanBeCountedIsRefused() {
        var allocation = Allocation(of: [StockLevel(productID: tea, onHand: 3)])
        #expect(allocation.decide(demand((tea, .max), (tea, .max))) != .deducted)
    }

    @Test func theReasonNamesWhatIsLacking() {
        let line = Demand.Line(productID: tea, name: "Sencha 100 g", quantity: 2)
        let lacks = [Allocation.Lack(line: line, available: 1)]
        #expect(lacks.reason == "Out of stock: Sencha 100 g (2 wanted, 1 available)")
        let many = Array(repeating: lacks[0], count: 8)
        #expect(many.reason.hasSuffix("Sencha 100 g (2 wanted, 1 available) and 3 more"))
    }

    /// Many random batches against a plain model of what must hold.
    @Test(arguments: 0..<200 as Range<UInt64>) func aBatchIsDividedFairly(seed: UInt64) {
        var random = SplitMix64(state: seed)
        let products = (0..<6).map { EntityID(high: 7, low: $0) }
        // The last product is not known to stock.
        let levels = products.dropLast().map { StockLevel(productID: $0, onHand: .random(in: 0...40, using: &random)) }
        var allocation = Allocation(of: levels)
        var left = Dictionary(uniqueKeysWithValues: levels.map { ($0.productID, $0.onHand) })

        for _ in 0..<64 {
            let lines = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                Demand.Line(
                    productID: products.randomElement(using: &random) ?? products[0], name: "",
                    quantity: .random(in: 1...9, using: &random))
            }
            let wanted = Dictionary(lines.map { ($0.productID, $0.quantity) }, uniquingKeysWith: +)
            let fits = wanted.allSatisfy { $0.value <= left[$0.key, default: 0] }
            if fits { left.merge(wanted, uniquingKeysWith: -) }

            let decision = allocation.decide(Demand(orderID: .v7(), lines: lines))
            #expect((decision == .deducted) == fits)
            if case .refused(let lacks) = decision {
                #expect(Set(lacks.map(\.line.productID)).count == lacks.count)
                #expect(lacks.allSatisfy { $0.line.quantity == wanted[$0.line.productID] })
                #expect(lacks.allSatisfy { $0.available == left[$0.line.productID, default: 0] })
            }
            #expect(products.allSatisfy { allocation.left(of: $0) == left[$0, default: 0] })
            #expect(left.values.allSatisfy { $0 >= 0 })
        }
    }
}

/// A generator that gives the same numbers for the same seed, so that a failure can be run again.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
