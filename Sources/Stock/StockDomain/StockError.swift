import DomainKit

/// Why stock refuses what a client asks.
public enum StockError: Error, Sendable, Equatable {
    case unknownProduct(EntityID)
    /// Another product has that SKU.
    case skuTaken(String)
    /// An adjustment by `delta` would take more than is on hand.
    case belowZero(delta: Int, onHand: Int)
}
