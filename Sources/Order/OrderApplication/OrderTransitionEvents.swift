import DomainKit
import OrderContracts
import OrderDomain

extension UnitOfWork {
    /// Publishes what a change of state means to the other domains.
    func publish(_ transition: OrderChange.Transition, of order: Order, cause: Cause) async throws {
        switch transition {
        case .confirmed: try await publish(OrderConfirmed(order: OrderSnapshot(order)), cause: cause)
        case .cancelled(let reason):
            try await publish(OrderCancelled(order: OrderSnapshot(order), reason: reason), cause: cause)
        }
    }
}
