import DomainKit
import StockDomain

/// Changes the stock on hand of one product as a person told.
public struct AdjustStock: Sendable {
    private let stock: any StockRepository

    public init(_ stock: any StockRepository) { self.stock = stock }

    /// - Returns: the level afterwards.
    /// - Throws: ``StockError/unknownProduct(_:)`` or ``StockError/belowZero(delta:onHand:)``.
    public func callAsFunction(
        _ id: EntityID, by adjustment: Adjustment, in work: any UnitOfWork
    ) async throws -> StockLevel {
        guard let level = try await stock.lock([id], in: work).first else { throw StockError.unknownProduct(id) }
        let adjusted = try level.adjusted(by: adjustment)
        try await stock.record([StockMovement(adjustment, of: id, at: work.now)], in: work)
        return adjusted
    }
}
