import DomainKit

/// So many of a product, as a customer asks for them: without a price, which is never the customer's to say.
public struct BasketItem: Sendable, Equatable {
    /// How many of a product one order can have.
    public static let quantities = 1...10_000

    public let productID: EntityID
    public let quantity: Int

    public init(productID: EntityID, quantity: Int) {
        self.productID = productID
        self.quantity = quantity
    }
}

/// Order's copy of what Stock says of a product.
public struct ProductPrice: Sendable, Equatable {
    public let productID: EntityID
    public let sku: String
    public let name: String
    public let unitPrice: Money
    /// Raised by Stock with every change.
    public let version: Int

    public init(productID: EntityID, sku: String, name: String, unitPrice: Money, version: Int) {
        self.productID = productID
        self.sku = sku
        self.name = name
        self.unitPrice = unitPrice
        self.version = version
    }
}

/// The lines of an order to be, with their sum.
public struct PricedBasket: Sendable, Equatable {
    /// How many lines one order can have.
    public static let sizes = 1...100

    public let lines: [Order.Line]
    public let total: Money
}

/// Why items cannot be priced; `index` counts them from 0.
public enum PricingFault: Error, Sendable, Equatable {
    /// Nobody has told us of a price.
    case unknownProduct(index: Int)
    /// The price is in another currency than that of the first item, which is `expected`.
    case otherCurrency(index: Int, expected: Currency, found: Currency)
    /// The price times the quantity is beyond what can be counted.
    case lineOverflow(index: Int)
    /// The sum of the lines is beyond what can be counted.
    case totalOverflow
    case noItems
}

/// All that is wrong with a basket.
public struct PricingFaults: Error, Sendable, Equatable {
    public let faults: [PricingFault]

    public init(faults: [PricingFault]) { self.faults = faults }
}

extension PricedBasket {
    /// Prices `items` by `prices`.
    /// - Throws: ``PricingFaults`` with everything that is wrong.
    public init(_ items: [BasketItem], at prices: [EntityID: ProductPrice]) throws(PricingFaults) {
        var faults: [PricingFault] = []
        var lines: [Order.Line] = []
        var currency: Currency?
        for (index, item) in items.enumerated() {
            guard let price = prices[item.productID] else {
                faults.append(.unknownProduct(index: index))
                continue
            }
            let expected = currency ?? price.unitPrice.currency
            currency = expected
            guard price.unitPrice.currency == expected else {
                faults.append(.otherCurrency(index: index, expected: expected, found: price.unitPrice.currency))
                continue
            }
            do throws(MoneyError) {
                lines.append(
                    try Order.Line(
                        productID: price.productID, sku: price.sku, name: price.name, quantity: item.quantity,
                        unitPrice: price.unitPrice))
            } catch {
                faults.append(.lineOverflow(index: index))
            }
        }
        guard faults.isEmpty else { throw PricingFaults(faults: faults) }
        guard let currency else { throw PricingFaults(faults: [.noItems]) }
        do throws(MoneyError) {
            var total = Money(minorUnits: 0, currency: currency)
            for line in lines { total = try total.adding(line.total) }
            self.init(lines: lines, total: total)
        } catch {
            throw PricingFaults(faults: [.totalOverflow])
        }
    }
}
