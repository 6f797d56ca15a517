import DomainKit
import Messaging
import OrderApplication
import OrderDomain
import OrderInfrastructure
import Postgres
import Testing

@Suite struct IdempotencyTests {
    @Test func theSameKeyAndBodyIsTheSameAnswerAgain() async throws {
        try await OrderFixture.with { fixture in
            let command = fixture.command([(try await fixture.product(), 2)])
            guard case .placed(let first) = try await fixture.place(command, key: "k") else {
                Issue.record("the order was not placed")
                return
            }
            #expect(try await fixture.place(command, key: "k") == .repeated(first))
            #expect(try await fixture.rowCounts()["orders"] == 1)
            #expect(try await fixture.rowCounts()["outbox"] == 1)
        }
    }

    @Test func theAnswerIsTheSameAfterPriceAndOrderChanged() async throws {
        try await OrderFixture.with { fixture in
            let product = try await fixture.product("10.00")
            let command = fixture.command([(product, 2)])
            let first = try #require(try await fixture.place(command, key: "k"))
            try await fixture.confirm([try #require(first.orderID)])
            try await fixture.record(product, "99.00", "EUR", version: 2)
            guard case .placed(let answer) = first else { return }
            #expect(try await fixture.place(command, key: "k") == .repeated(answer))
        }
    }

    @Test func anotherBodyIsRefusedAndPlacesNothing() async throws {
        try await OrderFixture.with { fixture in
            let product = try await fixture.product()
            _ = try await fixture.place(fixture.command([(product, 1)]), key: "k")
            #expect(try await fixture.place(fixture.command([(product, 2)]), key: "k") == .keyUsedForAnotherRequest)
            #expect(try await fixture.place(fixture.command([(.v7(), 2)]), key: "k") == .keyUsedForAnotherRequest)
            #expect(try await fixture.rowCounts()["orders"] == 1)
        }
    }

    @Test func theSameKeyForAnotherCustomerIsAnotherRequest() async throws {
        try await OrderFixture.with { fixture in
            let items = [BasketItem(productID: try await fixture.product(), quantity: 1)]
            let command = PlaceOrderCommand(customerID: .v7(), items: items)
            #expect(try await fixture.place(command, key: "k")?.isPlaced == true)
            let other = PlaceOrderCommand(customerID: .v7(), items: items)
            #expect(try await fixture.place(other, key: "k") == .keyUsedForAnotherRequest)
        }
    }

    @Test func aRefusedRequestDoesNotUseItsKeyUp() async throws {
        try await OrderFixture.with { fixture in
            let product = EntityID.v7()
            #expect(try await fixture.place(fixture.command([(product, 1)]), key: "k")?.isPlaced == false)
            try await fixture.record(product, "1.00", version: 1)
            #expect(try await fixture.place(fixture.command([(product, 1)]), key: "k")?.isPlaced == true)
        }
    }

    /// Until its row is deleted a key brings back the first answer, however old it is; from then on it is a new one.
    @Test func aKeySentAgainAfterItWasForgottenPlacesANewOrder() async throws {
        try await OrderFixture.with { fixture in
            let pool = fixture.database.pool
            let rule = RetentionRule.idempotencyKeys(kept: .seconds(86_400))
            let retention = Retention(of: [rule], in: pool)
            let command = fixture.command([(try await fixture.product(), 1)])
            let first = try #require(try await fixture.place(command, key: "k"))
            _ = try await fixture.place(command, key: "young")
            #expect(try await retention.apply(rule) == 0)
            try await pool.execute(
                "UPDATE idempotency_keys SET created_at = now() - interval '25 hours' WHERE key = 'k'")
            #expect(try await fixture.place(command, key: "k")?.orderID == first.orderID)
            #expect(try await retention.apply(rule) == 1)
            let second = try #require(try await fixture.place(command, key: "k"))
            #expect(second.isPlaced && second.orderID != first.orderID)
            #expect(try await fixture.place(command, key: "k")?.orderID == second.orderID)
            #expect(try await fixture.rowCounts()["orders"] == 3)
            #expect(try await fixture.rowCounts()["idempotency_keys"] == 2)
        }
    }

    @Test func manyAtOncePlaceOneOrder() async throws {
        try await OrderFixture.with { fixture in
            let command = fixture.command([(try await fixture.product(), 1)])
            let results = try await withThrowingTaskGroup(of: PlaceOrder.Result?.self) { group in
                for _ in 0..<16 { group.addTask { try await fixture.place(command, key: "k") } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results.count { $0?.isPlaced == true } == 1)
            #expect(Set(results.map { $0?.orderID }).count == 1)
            let counts = try await fixture.rowCounts()
            #expect(counts["orders"] == 1 && counts["outbox"] == 1 && counts["idempotency_keys"] == 1)
        }
    }

    @Test func twoCallersKeysOfTheSameTextAreTwoKeys() async throws {
        try await OrderFixture.with { fixture in
            let command = fixture.command([(try await fixture.product(), 1)])
            let callers = ["", "ann", "ann\u{0}", "https://id.example/users/\(String(repeating: "b", count: 300))"]
            for caller in callers + callers {
                let key = IdempotencyKey("k", of: caller)
                _ = try await fixture.place([PlaceOrder.Request(command, key: key, cause: .test)])
            }
            #expect(try await fixture.rowCounts()["orders"] == callers.count)
        }
    }

    @Test func theSameKeyTwiceInOneBatchPlacesOneOrder() async throws {
        try await OrderFixture.with { fixture in
            let product = try await fixture.product()
            let key = IdempotencyKey("k")
            let same = PlaceOrder.Request(fixture.command([(product, 1)]), key: key, cause: .test)
            let other = PlaceOrder.Request(fixture.command([(product, 7)]), key: key, cause: .test)
            let results = try await fixture.place([same, same, other])
            // Which of them comes first is nobody's to say; all others see what it did.
            #expect(results.count(where: \.isPlaced) == 1)
            #expect(results.contains(.keyUsedForAnotherRequest))
            #expect(try await fixture.rowCounts()["orders"] == 1)
        }
    }
}
