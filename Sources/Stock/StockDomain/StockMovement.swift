import DomainKit

/// One entry of the stock ledger: pieces of a product that came or went. It is written once and never changed.
public struct StockMovement: Sendable, Equatable {
    /// What moved the stock.
    public enum Kind: String, Sendable {
        /// A person, who told why.
        case adjustment
        /// An order, which took it.
        case deduction
        /// An order, which was cancelled and gave it back.
        case `return`
    }

    public let id: EntityID
    public let productID: EntityID
    /// The order that moved it; nil for an adjustment.
    public let orderID: EntityID?
    /// How many pieces came (or, below zero, went). Never zero.
    public let delta: Int
    public let kind: Kind
    public let reason: String
    public let at: Timestamp

    public init(
        id: EntityID, productID: EntityID, orderID: EntityID?, delta: Int, kind: Kind, reason: String, at: Timestamp
    ) {
        self.id = id
        self.productID = productID
        self.orderID = orderID
        self.delta = delta
        self.kind = kind
        self.reason = reason
        self.at = at
    }

    /// The movement of an adjustment.
    public init(_ adjustment: Adjustment, of productID: EntityID, at time: Timestamp) {
        self.init(
            id: .v7(at: time), productID: productID, orderID: nil, delta: adjustment.delta, kind: .adjustment,
            reason: adjustment.reason, at: time)
    }

    /// The movement by which `orderID` takes `line`.
    public init(taking line: Demand.Line, for orderID: EntityID, at time: Timestamp) {
        self.init(
            id: .v7(at: time), productID: line.productID, orderID: orderID, delta: -line.quantity, kind: .deduction,
            reason: "order placed", at: time)
    }

    /// The movement that undoes `deduction`.
    public init(undoing deduction: StockMovement, at time: Timestamp) {
        self.init(
            id: .v7(at: time), productID: deduction.productID, orderID: deduction.orderID, delta: -deduction.delta,
            kind: .return, reason: "order cancelled", at: time)
    }
}
