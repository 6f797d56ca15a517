import DomainKit

/// Notices which products run low while their stock is taken: each at most once, however many orders take of it.
///
/// Stock is only taken meanwhile, so a product that has run low stays so. A product without a threshold, or with less
/// than its threshold from the start, is not watched at all.
public struct LowStockWatch: Sendable {
    private var watched: [EntityID: StockLevel]

    /// - Parameter levels: how much there is before any is taken.
    public init(of levels: some Sequence<StockLevel>) {
        watched = [:]
        for level in levels where level.lowStockThreshold.map({ level.available >= $0 }) ?? false {
            watched[level.productID] = level
        }
    }

    /// The products of `demand`, which was taken just now, that it made run low.
    /// - Parameter allocation: knows what is left.
    public mutating func fallen(by demand: Demand, leaving allocation: Allocation) -> [EntityID] {
        if watched.isEmpty { return [] }
        let fallen = demand.lines.map(\.productID).filter { id in
            watched[id]?.runsLow(at: allocation.left(of: id)) ?? false
        }
        for id in fallen { watched[id] = nil }
        return fallen
    }
}
