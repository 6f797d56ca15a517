import DomainKit
import OrderDomain

/// Lists orders page by page, newest first. Orders that are placed meanwhile shift nothing.
public struct ListOrders: Sendable {
    /// Some orders, and where the next ones start.
    public struct Page: Sendable, Equatable {
        public let orders: [Order]
        /// What to ask for next: orders older than this one; nil where there are none.
        public let next: EntityID?
    }

    private let orders: any OrderQueries

    public init(_ orders: any OrderQueries) { self.orders = orders }

    /// - Parameters:
    ///   - limit: how many at most, at least 1.
    ///   - last: the ``Page/next`` of the page before; nil for the first.
    public func callAsFunction(
        matching filter: OrderFilter, limit: Int, olderThan last: EntityID?
    ) async throws -> Page {
        // One more than asked for tells whether there is a next page.
        let found = try await orders.orders(matching: filter, limit: limit + 1, olderThan: last)
        let page = Array(found.prefix(limit))
        return Page(orders: page, next: found.count > limit ? page.last?.id : nil)
    }
}
