import DomainKit
import OrderContracts
import StockApplication
import StockDomain
import Testing

/// Whatever an order's messages do (come again, come late, come in the wrong order), it gets one outcome.
@Suite struct OrderMessagesTests {
    enum Message: CaseIterable { case created, cancelled }

    /// Every sequence of up to four messages.
    static let sequences: [[Message]] = {
        var all: [[Message]] = []
        var longest: [[Message]] = [[]]
        for _ in 0..<4 {
            longest = longest.flatMap { sequence in Message.allCases.map { sequence + [$0] } }
            all += longest
        }
        return all
    }()

    @Test func everySequenceOfMessagesEndsTheSame() async throws {
        try await StockFixture.with { stock in
            for sequence in Self.sequences {
                let tea = try await stock.product(onHand: 5)
                let order = order((tea, 2))
                for message in sequence {
                    switch message {
                    case .created: try await stock.place(order)
                    case .cancelled: try await stock.cancel(order)
                    }
                }
                let isCancelled = sequence.contains(.cancelled)
                let isPlacedFirst = sequence.first == .created
                let expected: OrderOutcome =
                    !isPlacedFirst ? .cancelledFirst : isCancelled ? .returned : .deducted
                #expect(try await stock.outcome(of: order) == expected, "\(sequence)")
                #expect(try await stock.onHand(tea) == (isCancelled ? 5 : 3), "\(sequence)")
                let events = isPlacedFirst ? ["StockProcessCompleted"] : []
                #expect(try await stock.published(about: order.orderID) == events, "\(sequence)")
            }
            #expect(try await stock.faultyLevels() == 0)
        }
    }

    @Test func aRepeatedMessageInOneBatchDeductsStockOnce() async throws {
        try await StockFixture.with { stock in
            let tea = try await stock.product(onHand: 5)
            let order = order((tea, 2))
            try await stock.place(order, order, order)
            #expect(try await stock.onHand(tea) == 3)
            try await stock.cancel(order, order)
            #expect(try await stock.onHand(tea) == 5)
            #expect(try await stock.published(about: order.orderID) == ["StockProcessCompleted"])
        }
    }

    @Test func cancellingARefusedOrderChangesNothing() async throws {
        try await StockFixture.with { stock in
            let tea = try await stock.product(onHand: 1)
            let order = order((tea, 2))
            try await stock.place(order)
            try await stock.cancel(order)
            try await stock.adjust(tea, by: 10)
            try await stock.place(order)
            #expect(try await stock.outcome(of: order) == .refused)
            #expect(try await stock.onHand(tea) == 11)
            #expect(try await stock.published(about: order.orderID) == ["StockProcessFailed"])
        }
    }

    @Test func aRefusalSaysWhatIsLacking() async throws {
        try await StockFixture.with { stock in
            let tea = try await stock.product(onHand: 1)
            let unknown = EntityID.v7()
            let order = order((tea, 2), (unknown, 1))
            try await stock.place(order)
            let expected = StockContractsBody.failed(
                order.orderID, reason: "Out of stock: Sencha (2 wanted, 1 available), Sencha (1 wanted, 0 available)",
                shortages: [(tea, 2, 1), (unknown, 1, 0)])
            #expect(try await stock.lastBody(about: order.orderID) == expected)
        }
    }

    @Test func anOrderGivenUpIsRefusedOnceAndForAll() async throws {
        try await StockFixture.with { stock in
            let tea = try await stock.product(onHand: 5)
            let order = order((tea, 2))
            try await stock.giveUp(order)
            try await stock.giveUp(order, order)
            try await stock.place(order)
            try await stock.cancel(order)
            #expect(try await stock.outcome(of: order) == .refused)
            #expect(try await stock.onHand(tea) == 5)
            #expect(try await stock.published(about: order.orderID) == ["StockProcessFailed"])
        }
    }

    @Test func givingUpOnAnOrderThatHasAnOutcomeChangesNothing() async throws {
        try await StockFixture.with { stock in
            let tea = try await stock.product(onHand: 5)
            let (taken, cancelled) = (order((tea, 2)), order((tea, 2)))
            try await stock.place(taken)
            try await stock.cancel(cancelled)
            try await stock.giveUp(taken, cancelled)
            #expect(try await stock.outcome(of: taken) == .deducted)
            #expect(try await stock.outcome(of: cancelled) == .cancelledFirst)
            #expect(try await stock.published(about: cancelled.orderID) == [])
        }
    }

    @Test func aBatchServesItsOrdersInTheOrderOfTheMessages() async throws {
        try await StockFixture.with { stock in
            let tea = try await stock.product(onHand: 5)
            // Ids that fall, so that an order by id would serve the last one first.
            let orders = (0..<4).map { order((tea, 2), id: EntityID(high: 1, low: UInt64(100 - $0))) }
            try await stock.place(orders)
            for (position, order) in orders.enumerated() {
                #expect(try await stock.outcome(of: order) == (position < 2 ? .deducted : .refused))
            }
            #expect(try await stock.onHand(tea) == 1)
        }
    }
}

/// Bodies as the contracts pin them.
enum StockContractsBody {
    static func failed(_ id: EntityID, reason: String, shortages: [(EntityID, Int, Int)]) -> String {
        let lacks = shortages.map { #"{"productId":"\#($0)","requested":\#($1),"available":\#($2)}"# }
        return #"{"orderId":"\#(id)","reason":"\#(reason)","shortages":[\#(lacks.joined(separator: ","))]}"#
    }
}
