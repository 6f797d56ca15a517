import DomainKit
import StockContracts
import StockDomain

/// Tells of products that ran low, in the unit of work that took their stock.
///
/// What they are called is looked up only then: a unit of work in which no product runs low runs no statement for it.
struct RunLowNotices: Sendable {
    private let stock: any StockRepository

    init(_ stock: any StockRepository) { self.stock = stock }

    /// - Parameter fallen: the products and what made them run low. All movements must be recorded.
    func callAsFunction(_ fallen: [EntityID: Cause], in work: any UnitOfWork) async throws {
        guard !fallen.isEmpty else { return }
        for item in try await stock.items(Set(fallen.keys), in: work) {
            guard let cause = fallen[item.level.productID], let event = ProductRunLow(item) else { continue }
            try await work.publish(event, cause: cause)
        }
    }
}

extension ProductRunLow {
    /// Nil where the product has no threshold.
    fileprivate init?(_ item: StockItem) {
        guard let threshold = item.level.lowStockThreshold else { return nil }
        self.init(
            productID: item.level.productID, sku: item.sku, name: item.name, available: item.level.available,
            threshold: threshold)
    }
}
