import DomainKit
import OrderDomain

/// Finds orders that have been pending for too long.
public protocol OverdueOrders: Sendable {
    /// Whether this unit of work is, until it ends, the only one that looks after overdue orders. It waits for nobody.
    func claim(in work: any UnitOfWork) async throws -> Bool

    /// The oldest pending orders that were placed at `time` or before, locked. Those that somebody else holds are left out:
    /// something happens to them just now.
    func pending(placedBy time: Timestamp, limit: Int, in work: any UnitOfWork) async throws -> [Order]

    /// As ``pending(placedBy:limit:in:)``, without those whose timeline tells already that they stalled.
    func unnoticed(placedBy time: Timestamp, limit: Int, in work: any UnitOfWork) async throws -> [Order]

    /// How many orders are pending that were placed at `time` or before.
    func count(placedBy time: Timestamp) async throws -> Int
}

/// An order to which something happened because it had been pending for too long.
public struct OverdueOrder: Sendable, Equatable {
    public let id: EntityID
    public let placedAt: Timestamp

    init(_ order: Order) {
        id = order.id
        placedAt = order.placedAt
    }
}
