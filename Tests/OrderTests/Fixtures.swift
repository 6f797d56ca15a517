import DomainKit
import OrderDomain
import Testing

let noon = Timestamp("2026-11-21T12:00:00Z") ?? Timestamp(microseconds: 0)
let customer = EntityID(high: 0xC, low: 1)

func product(_ number: UInt64) -> EntityID { EntityID(high: 0xA, low: number) }

func money(_ amount: String, _ code: String = "USD") throws -> Money {
    try Money(amount: amount, currency: try #require(Currency(code)))
}

func price(_ number: UInt64, _ amount: String, _ code: String = "USD") throws -> ProductPrice {
    ProductPrice(
        productID: product(number), sku: "SKU-\(number)", name: "Product \(number)",
        unitPrice: try money(amount, code), version: 1)
}

func priceList(_ prices: ProductPrice...) -> [EntityID: ProductPrice] {
    Dictionary(uniqueKeysWithValues: prices.map { ($0.productID, $0) })
}

/// An order of two products at 19.99, placed at noon.
func pendingOrder() throws -> Order {
    let basket = try PricedBasket([BasketItem(productID: product(1), quantity: 2)], at: priceList(price(1, "19.99")))
    return Order(
        id: EntityID.v7(at: noon), customerID: customer, basket: basket, delivery: Delivery(), placedAt: noon)
}
