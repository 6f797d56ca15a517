import DomainKit

/// An order of a customer: what is to be delivered, at the prices of the moment at which it was placed.
///
/// Its state changes only through ``confirm(at:)``, ``reject(because:at:)`` and ``cancel(because:at:)``, which decide and
/// tell what happened.
public struct Order: Sendable, Equatable {
    public let id: EntityID
    public let customerID: EntityID
    /// One line a product, in the order of the request.
    public let lines: [Line]
    /// The sum of the lines, all of which have its currency.
    public let total: Money
    public let placedAt: Timestamp
    public let delivery: Delivery
    public internal(set) var status: OrderStatus
    /// Why the order was cancelled, in words that a customer can be shown; nil unless it was.
    public internal(set) var cancellationReason: String?
    /// When something last happened to the order. What happens next never carries an earlier time, whatever the clock says.
    public internal(set) var changedAt: Timestamp

    /// A new order, pending.
    public init(id: EntityID, customerID: EntityID, basket: PricedBasket, delivery: Delivery, placedAt: Timestamp) {
        self.init(
            id: id, customerID: customerID, lines: basket.lines, total: basket.total, placedAt: placedAt,
            delivery: delivery, status: .pending, cancellationReason: nil, changedAt: placedAt)
    }

    /// An order as it was kept; for repositories.
    public init(
        id: EntityID, customerID: EntityID, lines: [Line], total: Money, placedAt: Timestamp, delivery: Delivery,
        status: OrderStatus, cancellationReason: String?, changedAt: Timestamp
    ) {
        self.id = id
        self.customerID = customerID
        self.lines = lines
        self.total = total
        self.placedAt = placedAt
        self.delivery = delivery
        self.status = status
        self.cancellationReason = cancellationReason
        self.changedAt = changedAt
    }
}

extension Order {
    /// So many of one product, at the price of one.
    public struct Line: Sendable, Equatable {
        public let productID: EntityID
        public let sku: String
        public let name: String
        public let quantity: Int
        public let unitPrice: Money
        /// ``unitPrice`` times ``quantity``.
        public let total: Money

        /// - Throws: ``MoneyError/overflow`` where the total is beyond what can be counted.
        public init(
            productID: EntityID, sku: String, name: String, quantity: Int, unitPrice: Money
        ) throws(MoneyError) {
            self.productID = productID
            self.sku = sku
            self.name = name
            self.quantity = quantity
            self.unitPrice = unitPrice
            total = try unitPrice.multiplied(by: quantity)
        }
    }
}
