import DomainKit
import StockDomain

/// The stock ledger, the levels that are its sums, and what was done about each order.
///
/// Two units of work must not wait for each other in a circle. So every use case takes its locks in one order: first it
/// claims or changes outcomes (each call by ascending order id, claims before changes), then it locks products (once,
/// by ascending product id), and only then records movements.
public protocol StockRepository: Sendable {
    /// Gives `outcome` to those of the orders that have none yet. Waits for whoever is deciding on one of them now.
    /// - Returns: the orders that had none.
    func claim(_ orders: Set<EntityID>, as outcome: OrderOutcome, in work: any UnitOfWork) async throws -> Set<EntityID>

    /// Claims orders and then locks products, as ``claim(_:as:in:)`` and ``lock(_:in:)`` do, in one go.
    func claim(
        _ orders: Set<EntityID>, as outcome: OrderOutcome, locking products: Set<EntityID>, in work: any UnitOfWork
    ) async throws -> (claimed: Set<EntityID>, levels: [StockLevel])

    /// Changes the outcome of those of the orders that have outcome `old`.
    /// - Returns: the orders that had it.
    func change(
        _ orders: Set<EntityID>, from old: OrderOutcome, to new: OrderOutcome, in work: any UnitOfWork
    ) async throws -> Set<EntityID>

    /// The levels of the products, locked until the unit of work ends. Products that are not known are left out.
    func lock(_ products: Set<EntityID>, in work: any UnitOfWork) async throws -> [StockLevel]

    /// What the products are called, and their levels after all that this unit of work has recorded. Products that are not
    /// known are left out.
    func items(_ products: Set<EntityID>, in work: any UnitOfWork) async throws -> [StockItem]

    /// Writes movements to the ledger and moves the levels with them. Their products must be locked.
    func record(_ movements: [StockMovement], in work: any UnitOfWork) async throws

    /// The movements by which the orders took their stock.
    func deductions(of orders: Set<EntityID>, in work: any UnitOfWork) async throws -> [StockMovement]
}
