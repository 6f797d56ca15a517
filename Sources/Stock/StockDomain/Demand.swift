import DomainKit

/// What one order wants from stock.
public struct Demand: Sendable, Equatable {
    /// A product and how many pieces of it.
    public struct Line: Sendable, Equatable {
        public let productID: EntityID
        /// What the customer knows the product by.
        public let name: String
        public let quantity: Int

        public init(productID: EntityID, name: String, quantity: Int) {
            self.productID = productID
            self.name = name
            self.quantity = quantity
        }
    }

    public let orderID: EntityID
    /// Each product once, in the order in which they first came.
    public let lines: [Line]

    /// - Parameter lines: quantities of a product that comes more than once are added up.
    public init(orderID: EntityID, lines: [Line]) {
        var merged: [Line] = []
        var positions: [EntityID: Int] = [:]
        for line in lines {
            guard let position = positions[line.productID] else {
                positions[line.productID] = merged.count
                merged.append(line)
                continue
            }
            // More than can be counted is more than there is: it must be refused, not crash.
            let (sum, overflow) = merged[position].quantity.addingReportingOverflow(line.quantity)
            merged[position] = Line(
                productID: line.productID, name: merged[position].name, quantity: overflow ? .max : sum)
        }
        self.orderID = orderID
        self.lines = merged
    }
}
