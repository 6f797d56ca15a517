import DomainKit
import JSON

/// The order as it was when an event happened: all that another domain needs, so that none has to ask.
public struct OrderSnapshot: Sendable, Equatable, JSONCodable {
    public let orderID: EntityID
    public let customerID: EntityID
    public let lines: [OrderLine]
    public let totalAmount: Money
    public let orderDate: Timestamp
    public let contact: OrderContact?

    public init(
        orderID: EntityID, customerID: EntityID, lines: [OrderLine], totalAmount: Money, orderDate: Timestamp,
        contact: OrderContact?
    ) {
        self.orderID = orderID
        self.customerID = customerID
        self.lines = lines
        self.totalAmount = totalAmount
        self.orderDate = orderDate
        self.contact = contact
    }

    public init?(json: JSONReader) {
        guard json.isObject() else { return nil }
        let orderID = json["orderId"].required(EntityID.self)
        let customerID = json["customerId"].required(EntityID.self)
        let lines = json["items"].array(of: OrderLine.self, count: 1...Int.max)
        let totalAmount = json["totalAmount"].required(Money.self)
        let orderDate = json["orderDate"].required(Timestamp.self)
        let contact = json["contact"].optional(OrderContact.self)
        guard let orderID, let customerID, let lines, let totalAmount, let orderDate else { return nil }
        self.init(
            orderID: orderID, customerID: customerID, lines: lines, totalAmount: totalAmount, orderDate: orderDate,
            contact: contact)
    }

    public func write(to json: inout JSONWriter) {
        json.object { writeMembers(to: &$0) }
    }

    /// Writes the members of the snapshot into an object that the caller writes.
    func writeMembers(to json: inout JSONWriter) {
        json.field("orderId", orderID)
        json.field("customerId", customerID)
        json.field("items", lines)
        json.field("totalAmount", totalAmount)
        json.field("orderDate", orderDate)
        json.field("contact", ifPresent: contact)
    }
}
