import DomainKit
import OrderContracts
import StockContracts
import StockDomain

/// Takes the stock of orders that were placed: in the order in which they came, each wholly or not at all.
///
/// Orders that already have an outcome (a message came again, or the cancellation came first) change nothing and
/// publish nothing. A product that runs low is told of once, however many of the orders take of it.
public struct DeductStock: Sendable {
    private let stock: any StockRepository
    private let tellOfLow: RunLowNotices

    public init(_ stock: any StockRepository) {
        self.stock = stock
        tellOfLow = RunLowNotices(stock)
    }

    public func callAsFunction(_ orders: [Received<OrderCreated>], in work: any UnitOfWork) async throws {
        // Claimed as deducted, which is what becomes of most: only the others are written twice. Products are locked along
        // with that: an order that turns out to be decided needs none of them, and is rare.
        let (new, levels) = try await stock.claim(
            Set(orders.map(\.event.order.orderID)), as: .deducted,
            locking: Set(orders.flatMap { $0.event.order.lines.map(\.productID) }), in: work)
        var claimed = new
        let undecided = orders.filter { claimed.remove($0.event.order.orderID) != nil }
        guard !undecided.isEmpty else { return }

        let demands = undecided.map { Demand($0.event.order) }
        var allocation = Allocation(of: levels)
        var watch = LowStockWatch(of: levels)

        var movements: [StockMovement] = []
        var refused: Set<EntityID> = []
        var fallen: [EntityID: Cause] = [:]
        for (order, demand) in zip(undecided, demands) {
            switch allocation.decide(demand) {
            case .deducted:
                movements += demand.lines.map { StockMovement(taking: $0, for: demand.orderID, at: work.now) }
                for product in watch.fallen(by: demand, leaving: allocation) { fallen[product] = order.cause }
                try await work.publish(StockProcessCompleted(orderID: demand.orderID), cause: order.cause)
            case .refused(let lacks):
                refused.insert(demand.orderID)
                try await work.publish(StockProcessFailed(demand.orderID, lacks), cause: order.cause)
            }
        }
        try await stock.record(movements, in: work)
        try await tellOfLow(fallen, in: work)
        // These rows are this unit of work's own, claimed above: changing them now waits for nobody.
        _ = try await stock.change(refused, from: .deducted, to: .refused, in: work)
    }
}

extension Demand {
    fileprivate init(_ order: OrderSnapshot) {
        self.init(
            orderID: order.orderID,
            lines: order.lines.map { Line(productID: $0.productID, name: $0.name, quantity: $0.quantity) })
    }
}

extension StockProcessFailed {
    fileprivate init(_ orderID: EntityID, _ lacks: [Allocation.Lack]) {
        self.init(
            orderID: orderID, reason: lacks.reason,
            shortages: lacks.map {
                Shortage(productID: $0.line.productID, requested: $0.line.quantity, available: $0.available)
            })
    }
}
