import DomainKit
import StockDomain

/// Changes the stock on hand of one product as a person told. Where that makes the product run low, it is told.
public struct AdjustStock: Sendable {
    private let stock: any StockRepository
    private let tellOfLow: RunLowNotices

    public init(_ stock: any StockRepository) {
        self.stock = stock
        tellOfLow = RunLowNotices(stock)
    }

    /// - Returns: the level afterwards.
    /// - Throws: ``StockError/unknownProduct(_:)`` or ``StockError/belowZero(delta:onHand:)``.
    public func callAsFunction(
        _ id: EntityID, by adjustment: Adjustment, cause: Cause, in work: any UnitOfWork
    ) async throws -> StockLevel {
        guard let level = try await stock.lock([id], in: work).first else { throw StockError.unknownProduct(id) }
        let adjusted = try level.adjusted(by: adjustment)
        try await stock.record([StockMovement(adjustment, of: id, at: work.now)], in: work)
        if level.runsLow(at: adjusted.available) { try await tellOfLow([id: cause], in: work) }
        return adjusted
    }
}
