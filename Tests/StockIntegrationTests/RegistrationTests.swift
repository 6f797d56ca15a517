import DomainKit
import StockApplication
import StockDomain
import Testing

@Suite struct RegistrationTests {
    private func details(_ sku: String, cents: Int64 = 100) -> ProductDetails {
        ProductDetails(sku: sku, name: "Sencha", unitPrice: .cents(cents))
    }

    @Test func onlyAChangeIsTold() async throws {
        try await StockFixture.with { stock in
            let id = EntityID.v7()
            let register = RegisterProduct(stock.products)
            let first = try await stock.perform { try await register(id, details("A"), cause: .test, in: $0) }
            let same = try await stock.perform { try await register(id, details("A"), cause: .test, in: $0) }
            let priced = try await stock.perform {
                try await register(id, details("A", cents: 200), cause: .test, in: $0)
            }
            #expect(first.isNew && !same.isNew && !priced.isNew)
            #expect([first, same, priced].map(\.product.version) == [1, 1, 2])
            #expect(try await stock.published(about: id) == ["ProductPriced", "ProductPriced"])
            #expect(
                try await stock.lastBody(about: id)
                    == #"{"productId":"\#(id)","sku":"A","name":"Sencha","unitPrice":{"amount":"2.00","currency":"EUR"},"#
                    + #""version":2}"#)
            #expect(try await stock.onHand(id) == 0)
        }
    }

    @Test func noTwoProductsHaveTheSameSKU() async throws {
        try await StockFixture.with { stock in
            try await stock.register(sku: "A")
            let other = try await stock.register(sku: "B")
            let register = RegisterProduct(stock.products)
            await #expect(throws: StockError.skuTaken("A")) {
                try await stock.perform { try await register(.v7(), details("A"), cause: .test, in: $0) }
            }
            await #expect(throws: StockError.skuTaken("A")) {
                try await stock.perform { try await register(other, details("A"), cause: .test, in: $0) }
            }
            #expect(try await stock.count("SELECT count(*) FROM products") == 2)
            #expect(try await stock.published(about: other) == ["ProductPriced"])
        }
    }

    @Test func oneOfManyRegistrationsAtOnceIsTheFirst() async throws {
        try await StockFixture.with { stock in
            let id = EntityID.v7()
            let register = RegisterProduct(stock.products)
            let results = try await withThrowingTaskGroup(of: RegisterProduct.Registration.self) { group in
                for price in 1...12 {
                    group.addTask {
                        try await stock.perform {
                            try await register(id, details("A", cents: Int64(price)), cause: .test, in: $0)
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results.count { $0.isNew } == 1)
            #expect(results.map(\.product.version).sorted() == Array(1...12))
            #expect(try await stock.published(about: id).count == 12)
        }
    }
}
