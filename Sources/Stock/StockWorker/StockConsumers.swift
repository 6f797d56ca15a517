import DomainKit
import Messaging
import OrderContracts
import StockApplication

/// Takes the stock of placed orders: queue `stock.order-created`.
public struct OrderCreatedHandler: Sendable {
    public static let subscription = Subscription(consumer: "stock", to: OrderCreated.self)

    private let deduct: DeductStock
    private let refuse: GiveUpOnOrders

    public init(_ stock: any StockRepository) {
        deduct = DeductStock(stock)
        refuse = GiveUpOnOrders(stock)
    }

    public func handle(_ orders: [Received<OrderCreated>], _ work: any UnitOfWork) async throws {
        try await deduct(orders, in: work)
    }

    /// Ends the saga of orders whose messages go to the dead letters.
    public func giveUp(_ orders: [Received<OrderCreated>], _ reason: String, _ work: any UnitOfWork) async throws {
        try await refuse(orders, in: work)
    }
}

/// Forgets customers as persons: queue `stock.order-customer-erased`. Stock knows of them by dead letters alone.
public struct CustomerErasedHandler: Sendable {
    public static let subscription = Subscription(consumer: "stock", to: CustomerErased.self)

    public init() {}

    public func handle(_ erased: [Received<CustomerErased>], _ work: any UnitOfWork) async throws {
        for event in erased.map(\.event).sorted(by: { $0.customerID < $1.customerID }) {
            try await Erasure.erase(event.orderIDs, of: event.customerID, in: work)
        }
    }
}

/// Gives back the stock of cancelled orders: queue `stock.order-cancelled`.
public struct OrderCancelledHandler: Sendable {
    public static let subscription = Subscription(consumer: "stock", to: OrderCancelled.self)

    private let giveBack: ReturnStock

    public init(_ stock: any StockRepository) { giveBack = ReturnStock(stock) }

    public func handle(_ cancelled: [Received<OrderCancelled>], _ work: any UnitOfWork) async throws {
        try await giveBack(cancelled, in: work)
    }
}
