import DomainKit
import NotificationDomain

/// Tells the shop's operator once a day which products ran low since the last time; nothing where none did.
public struct TellOfLowStock: Sendable {
    /// The kind of scheduled work that it does.
    public static let kind = TemplateKey.lowStockDigest.text

    private let products: any LowStockRepository
    private let announce: Announcer

    public init(_ products: any LowStockRepository, announcer: Announcer) {
        self.products = products
        announce = announcer
    }

    /// - Returns: what came of it, for who reads the list.
    public func callAsFunction(_ due: [ScheduledWork], in work: any UnitOfWork) async throws -> String {
        let low = try await products.untold(in: work)
        guard let cause = due.first?.cause, !low.isEmpty else { return "nothing ran low" }
        let told = low.sorted { ($0.sku, $0.productID) < ($1.sku, $1.productID) }
        let notification = try await announce.toOperator(.lowStock(told), by: .lowStockDigest, cause: cause, in: work)
        try await products.markTold(low, by: notification, in: work)
        return "told of \(low.count) product\(low.count == 1 ? "" : "s")"
    }
}
