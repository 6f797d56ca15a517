import DomainKit

/// How much there is of a product.
public struct StockLevel: Sendable, Equatable {
    public let productID: EntityID
    /// What lies in the warehouse: the sum of the product's movements. Never below zero.
    public let onHand: Int

    public init(productID: EntityID, onHand: Int) {
        self.productID = productID
        self.onHand = onHand
    }

    /// What an order can have: all that is on hand, since an order takes its stock at once and reserves nothing.
    public var available: Int { onHand }

    /// The level after an adjustment.
    /// - Throws: ``StockError/belowZero(delta:onHand:)``.
    public func adjusted(by adjustment: Adjustment) throws(StockError) -> StockLevel {
        let level = StockLevel(productID: productID, onHand: onHand + adjustment.delta)
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
