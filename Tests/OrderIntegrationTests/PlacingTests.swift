import DomainKit
import OrderApplication
import OrderDomain
import StockContracts
import Testing

@Suite struct PlacingTests {
    private struct Interruption: Error {}

    @Test func anOrderItsEventAndItsKeyAreWrittenTogether() async throws {
        try await OrderFixture.with { fixture in
            let (first, second) = (try await fixture.product("19.99"), try await fixture.product("0.05"))
            let delivery = Delivery(
                shippingAddress: ShippingAddress(street: "Main St 1", city: "Bern", zipCode: "3000", country: "CH"),
                paymentMethod: "invoice", contact: Contact(name: "Ada", email: "ada@example.com"))
            let command = fixture.command([(second, 2), (first, 3)], delivery: delivery)
            let id = try #require(try await fixture.place(command, key: "one")?.orderID)
            #expect(
                try await fixture.rowCounts() == [
                    "orders": 1, "order_lines": 2, "order_timeline": 1, "outbox": 1, "idempotency_keys": 1,
                ])
            let order = try await fixture.find(id)
            #expect(order.status == .pending)
            #expect(order.lines.map(\.productID) == [second, first])
            #expect(order.total.description == "60.07 USD")
            #expect(order.delivery == delivery)
            let event = try await fixture.lastBody(about: id)
            #expect(event["totalAmount"]?["amount"] == .string("60.07"))
            #expect(event["items"]?.arrayValue?.count == 2)
            #expect(event["contact"]?["email"] == .string("ada@example.com"))
        }
    }

    @Test func aRollbackLeavesNothing() async throws {
        try await OrderFixture.with { fixture in
            let command = fixture.command([(try await fixture.product(), 1)])
            let key = IdempotencyKey("one")
            await #expect(throws: Interruption.self) {
                try await fixture.units.perform { work in
                    let request = PlaceOrder.Request(command, key: key, cause: .test)
                    _ = try await fixture.placeOrder([request], in: work)
                    throw Interruption()
                }
            }
            #expect(try await fixture.rowCounts().values.allSatisfy { $0 == 0 })
        }
    }

    @Test func whatCannotBePricedIsRefusedAndTheRestOfTheBatchPlaced() async throws {
        try await OrderFixture.with { fixture in
            let (dollars, euros) = (try await fixture.product(), try await fixture.product("1", "EUR"))
            let dear = try await fixture.product("92233720368547758.07")
            let commands = [
                fixture.command([(dollars, 1)]), fixture.command([(dollars, 1), (.v7(), 1)]),
                fixture.command([(dollars, 1), (euros, 1)]), fixture.command([(dear, 2)]),
                fixture.command([(euros, 1)]),
            ]
            let results = try await fixture.place(commands.map { PlaceOrder.Request($0, cause: .test) })
            #expect(results.map(\.isPlaced) == [true, false, false, false, true])
            #expect(results[1] == .refused(PricingFaults(faults: [.unknownProduct(index: 1)])))
            #expect(results[3] == .refused(PricingFaults(faults: [.lineOverflow(index: 0)])))
            let counts = try await fixture.rowCounts()
            #expect(counts["orders"] == 2 && counts["outbox"] == 2)
        }
    }

    @Test func anOrderKeepsThePriceAtWhichItWasPlaced() async throws {
        try await OrderFixture.with { fixture in
            let product = try await fixture.product("10.00")
            let id = try #require(try await fixture.place(fixture.command([(product, 1)]))?.orderID)
            try await fixture.record(product, "12.00", version: 2)
            #expect(try await fixture.find(id).total.amount == "10.00")
            let next = try #require(try await fixture.place(fixture.command([(product, 1)]))?.orderID)
            #expect(try await fixture.find(next).total.amount == "12.00")
        }
    }
}

@Suite struct PriceTests {
    @Test func aLateOlderPriceChangesNothing() async throws {
        try await OrderFixture.with { fixture in
            let product = try await fixture.product("1.00")
            try await fixture.record(product, "3.00", version: 3)
            try await fixture.record(product, "2.00", version: 2)
            try await fixture.record(product, "9.00", version: 3)
            let prices = try await fixture.units.perform { try await fixture.prices.prices(of: [product], in: $0) }
            #expect(prices[product]?.unitPrice.amount == "3.00")
            #expect(prices[product]?.version == 3)
        }
    }

    @Test func theNewestOfOneBatchIsKeptWhateverItsPlace() async throws {
        try await OrderFixture.with { fixture in
            let product = EntityID.v7()
            let dollar = try #require(Currency("USD"))
            let events = [2, 3, 1].map { version in
                ProductPriced(
                    productID: product, sku: "A", name: "Tea",
                    unitPrice: Money(minorUnits: Int64(version), currency: dollar), version: version)
            }
            try await fixture.record(events)
            let prices = try await fixture.units.perform { try await fixture.prices.prices(of: [product], in: $0) }
            #expect(prices[product]?.version == 3)
        }
    }
}
