import DomainKit
import StockContracts

/// Keeps which products ran low, for the operator's next digest. A product that ran low twice before that is in it once,
/// with its latest figures.
public struct RecordLowStock: Sendable {
    private let products: any LowStockRepository

    public init(_ products: any LowStockRepository) { self.products = products }

    public func callAsFunction(_ events: [Received<ProductRunLow>], in work: any UnitOfWork) async throws {
        let latest = Dictionary(events.map(LowProduct.init).map { ($0.productID, $0) }) {
            $0.since > $1.since ? $0 : $1
        }
        // In one order everywhere, so that two do not wait for each other's rows.
        try await products.record(latest.values.sorted { $0.productID < $1.productID }, in: work)
    }
}

extension LowProduct {
    fileprivate init(_ received: Received<ProductRunLow>) {
        let event = received.event
        self.init(
            productID: event.productID, sku: event.sku, name: event.name, available: event.available,
            threshold: event.threshold, since: received.occurredAt)
    }
}
