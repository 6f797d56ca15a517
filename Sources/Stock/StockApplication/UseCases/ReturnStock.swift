import DomainKit
import OrderContracts
import StockDomain

/// Gives back what cancelled orders took.
///
/// An order that was never seen leaves a mark that it was cancelled, so that its late placing takes nothing. One that
/// was refused, or gave back already, changes nothing.
public struct ReturnStock: Sendable {
    private let stock: any StockRepository

    public init(_ stock: any StockRepository) { self.stock = stock }

    public func callAsFunction(_ cancelled: [Received<OrderCancelled>], in work: any UnitOfWork) async throws {
        let orders = Set(cancelled.map(\.event.order.orderID))
        let unseen = try await stock.claim(orders, as: .cancelledFirst, in: work)
        let returning = try await stock.change(
            orders.subtracting(unseen), from: .deducted, to: .returned, in: work)
        let taken = try await stock.deductions(of: returning, in: work)
        _ = try await stock.lock(Set(taken.map(\.productID)), in: work)
        try await stock.record(taken.map { StockMovement(undoing: $0, at: work.now) }, in: work)
    }
}
