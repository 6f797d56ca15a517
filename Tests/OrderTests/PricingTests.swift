import DomainKit
import OrderDomain
import Testing

@Suite struct PricingTests {
    private func basket(_ items: [(UInt64, Int)], _ prices: ProductPrice...) throws -> PricedBasket {
        try PricedBasket(
            items.map { BasketItem(productID: product($0), quantity: $1) },
            at: Dictionary(uniqueKeysWithValues: prices.map { ($0.productID, $0) }))
    }

    private func faults(_ items: [(UInt64, Int)], _ prices: ProductPrice...) throws -> [PricingFault] {
        do throws(PricingFaults) {
            _ = try PricedBasket(
                items.map { BasketItem(productID: product($0), quantity: $1) },
                at: Dictionary(uniqueKeysWithValues: prices.map { ($0.productID, $0) }))
            return []
        } catch {
            return error.faults
        }
    }

    @Test func theTotalIsTheSumOfTheLines() throws {
        let basket = try basket([(1, 3), (2, 2)], price(1, "19.99"), price(2, "0.05"))
        #expect(basket.lines.map(\.total) == [try money("59.97"), try money("0.10")])
        #expect(basket.total == (try money("60.07")))
    }

    @Test func linesKeepTheOrderOfTheRequest() throws {
        let basket = try basket([(2, 1), (1, 1)], price(1, "1"), price(2, "2"))
        #expect(basket.lines.map(\.sku) == ["SKU-2", "SKU-1"])
    }

    @Test func everyUnknownProductIsNamed() throws {
        let faults = try faults([(7, 1), (1, 1), (8, 1)], price(1, "1"))
        #expect(faults == [.unknownProduct(index: 0), .unknownProduct(index: 2)])
    }

    @Test func currenciesDoNotMix() throws {
        let faults = try faults([(1, 1), (2, 1)], price(1, "1"), price(2, "1", "EUR"))
        let dollar = try #require(Currency("USD"))
        let euro = try #require(Currency("EUR"))
        #expect(faults == [.otherCurrency(index: 1, expected: dollar, found: euro)])
    }

    @Test func anAmountBeyondCountingIsRefused() throws {
        let most = "92233720368547758.07"
        #expect(try faults([(1, 2)], price(1, most)) == [.lineOverflow(index: 0)])
        #expect(try faults([(1, 1), (2, 1)], price(1, most), price(2, "0.01")) == [.totalOverflow])
        #expect(try basket([(1, 1)], price(1, most)).total == (try money(most)))
    }

    @Test func anEmptyBasketHasNoPrice() throws {
        #expect(try faults([]) == [.noItems])
    }

    @Test func yenHaveNoDecimals() throws {
        #expect(try basket([(1, 3)], price(1, "120", "JPY")).total == (try money("360", "JPY")))
    }
}
