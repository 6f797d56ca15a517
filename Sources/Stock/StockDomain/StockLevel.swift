import DomainKit

/// How much there is of a product.
public struct StockLevel: Sendable, Equatable {
    public let productID: EntityID
    /// What lies in the warehouse: the sum of the product's movements. Never below zero.
    public let onHand: Int
    /// With less available than this the product has run low; nil where nobody wants to know.
    public let lowStockThreshold: Int?

    public init(productID: EntityID, onHand: Int, lowStockThreshold: Int? = nil) {
        self.productID = productID
        self.onHand = onHand
        self.lowStockThreshold = lowStockThreshold
    }

    /// What an order can have: all that is on hand, since an order takes its stock at once and reserves nothing.
    public var available: Int { onHand }

    /// Whether the product runs low when so many are available and no longer ``available``: whether that falls from the
    /// threshold or above to below it. Below the threshold already, it has run low before.
    public func runsLow(at available: Int) -> Bool {
        guard let lowStockThreshold else { return false }
        return self.available >= lowStockThreshold && available < lowStockThreshold
    }

    /// The level after an adjustment.
    /// - Throws: ``StockError/belowZero(delta:onHand:)``.
    public func adjusted(by adjustment: Adjustment) throws(StockError) -> StockLevel {
        let level = StockLevel(
            productID: productID, onHand: onHand + adjustment.delta, lowStockThreshold: lowStockThreshold)
        guard level.onHand >= 0 else { throw .belowZero(delta: adjustment.delta, onHand: onHand) }
        return level
    }
}

/// A product's stock with what people call the product.
public struct StockItem: Sendable, Equatable {
    public let sku: String
    public let name: String
    public let level: StockLevel

    public init(sku: String, name: String, level: StockLevel) {
        self.sku = sku
        self.name = name
        self.level = level
    }
}
