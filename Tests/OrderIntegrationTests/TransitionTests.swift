import DomainKit
import OrderApplication
import OrderDomain
import StockContracts
import Testing

@Suite struct TransitionTests {
    @Test func deductedStockConfirmsAPendingOrder() async throws {
        try await OrderFixture.with { fixture in
            let id = try await fixture.order()
            try await fixture.confirm([id])
            #expect(try await fixture.find(id).status == .confirmed)
            #expect(try await fixture.published(about: id) == ["OrderCreated", "OrderConfirmed"])
            #expect(try await fixture.steps(of: id) == [.pending, .stockDeducted, .confirmed])
        }
    }

    @Test func refusedStockCancelsAPendingOrderWithStocksReason() async throws {
        try await OrderFixture.with { fixture in
            let id = try await fixture.order()
            try await fixture.reject([id], because: "no tea left")
            let order = try await fixture.find(id)
            #expect(order.status == .cancelled)
            #expect(order.cancellationReason == "no tea left")
            #expect(try await fixture.published(about: id) == ["OrderCreated", "OrderCancelled"])
            #expect(try await fixture.lastBody(about: id)["reason"] == .string("no tea left"))
            #expect(try await fixture.steps(of: id) == [.pending, .stockRefused, .cancelled])
        }
    }

    @Test func aCustomerCancelsAConfirmedOrderOnce() async throws {
        try await OrderFixture.with { fixture in
            let id = try await fixture.order(.confirmed)
            guard case .cancelled(let order) = try await fixture.cancel(id) else {
                Issue.record("the order was not cancelled")
                return
            }
            #expect(order.cancellationReason == "cancelled by the customer")
            #expect(try await fixture.find(id) == order)
            #expect(try await fixture.cancel(id) == .wasCancelled)
            #expect(try await fixture.cancel(.v7()) == .unknown)
            #expect(try await fixture.published(about: id) == ["OrderCreated", "OrderConfirmed", "OrderCancelled"])
        }
    }

    @Test func noAnswerOfStockMovesAConfirmedOrCancelledOrder() async throws {
        try await OrderFixture.with { fixture in
            let (confirmed, cancelled) = (try await fixture.order(.confirmed), try await fixture.order(.cancelled))
            for _ in 0..<2 {
                try await fixture.confirm([confirmed, cancelled])
                try await fixture.reject([confirmed, cancelled])
            }
            #expect(try await fixture.find(confirmed).status == .confirmed)
            #expect(try await fixture.find(cancelled).cancellationReason == "cancelled by the customer")
            #expect(try await fixture.published(about: confirmed) == ["OrderCreated", "OrderConfirmed"])
            #expect(try await fixture.published(about: cancelled) == ["OrderCreated", "OrderCancelled"])
            #expect(
                try await fixture.steps(of: confirmed) == [.pending, .stockDeducted, .confirmed, .stockRefused])
            #expect(
                try await fixture.steps(of: cancelled) == [.pending, .cancelled, .stockDeducted, .stockRefused])
        }
    }

    @Test func aBatchConfirmsManyAndOneOrderTwiceOnlyOnce() async throws {
        try await OrderFixture.with { fixture in
            var ids: [EntityID] = []
            for _ in 0..<5 { ids.append(try await fixture.order()) }
            try await fixture.confirm(ids + ids.reversed())
            for id in ids {
                #expect(try await fixture.published(about: id) == ["OrderCreated", "OrderConfirmed"])
            }
        }
    }

    @Test func anAnswerForAnUnknownOrderFailsAndChangesNothing() async throws {
        try await OrderFixture.with { fixture in
            let (known, unknown) = (try await fixture.order(), EntityID.v7())
            await #expect(throws: UnknownOrder(orderID: unknown)) { try await fixture.confirm([known, unknown]) }
            #expect(try await fixture.find(known).status == .pending)
        }
    }
}

@Suite struct RaceTests {
    @Test func confirmationAndCancellationAtOnceHaveOneOutcome() async throws {
        try await OrderFixture.with { fixture in
            for _ in 0..<20 {
                let id = try await fixture.order()
                async let confirmation: Void = fixture.confirm([id])
                async let cancellation = fixture.cancel(id)
                _ = try await (confirmation, cancellation)
                // The customer may cancel before and after: what differs is whether the confirmation came first.
                #expect(try await fixture.find(id).status == .cancelled)
                let events = try await fixture.published(about: id)
                let steps = try await fixture.steps(of: id)
                if events.contains("OrderConfirmed") {
                    #expect(events == ["OrderCreated", "OrderConfirmed", "OrderCancelled"])
                    #expect(steps == [.pending, .stockDeducted, .confirmed, .cancelled])
                } else {
                    #expect(events == ["OrderCreated", "OrderCancelled"])
                    #expect(steps == [.pending, .cancelled, .stockDeducted])
                }
            }
        }
    }

    @Test func contradictoryAnswersAtOnceHaveOneOutcome() async throws {
        try await OrderFixture.with { fixture in
            for _ in 0..<10 {
                let id = try await fixture.order()
                async let confirmation: Void = fixture.confirm([id])
                async let rejection: Void = fixture.reject([id])
                _ = try await (confirmation, rejection)
                let status = try await fixture.find(id).status
                let expected = status == .confirmed ? "OrderConfirmed" : "OrderCancelled"
                #expect(try await fixture.published(about: id) == ["OrderCreated", expected])
            }
        }
    }

    @Test func ofManyCancellationsAtOnceOneSucceeds() async throws {
        try await OrderFixture.with { fixture in
            let id = try await fixture.order()
            let results = try await withThrowingTaskGroup(of: CancelOrder.Result.self) { group in
                for _ in 0..<8 { group.addTask { try await fixture.cancel(id) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results.count { $0 == .wasCancelled } == 7)
            #expect(try await fixture.published(about: id) == ["OrderCreated", "OrderCancelled"])
        }
    }

    @Test func batchesInOppositeOrderDoNotDeadlock() async throws {
        try await OrderFixture.with { fixture in
            var ids: [EntityID] = []
            for _ in 0..<30 { ids.append(try await fixture.order()) }
            let all = ids
            async let forwards: Void = fixture.confirm(all)
            async let backwards: Void = fixture.reject(all.reversed())
            _ = try await (forwards, backwards)
            for id in all { #expect(try await fixture.published(about: id).count == 2) }
        }
    }
}
