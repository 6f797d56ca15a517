import DomainKit
import JSON

/// A customer's personal data was erased. Whoever keeps any erases it, and keeps none of messages about these orders that
/// come later. It can come again, and for many orders in several messages.
public struct CustomerErased: IntegrationEvent, Equatable {
    public static let type = "CustomerErased"
    public static let routingKey = "order.customer-erased"
    public static let aggregateType = "customer"
    public var aggregateID: EntityID { customerID }

    public let customerID: EntityID
    /// Orders of theirs, which stay.
    public let orderIDs: [EntityID]

    public init(customerID: EntityID, orderIDs: [EntityID]) {
        self.customerID = customerID
        self.orderIDs = orderIDs
    }

    public init?(json: JSONReader) {
        guard json.isObject() else { return nil }
        let customerID = json["customerId"].required(EntityID.self)
        let orderIDs = json["orderIds"].array(of: EntityID.self)
        guard let customerID, let orderIDs else { return nil }
        self.init(customerID: customerID, orderIDs: orderIDs)
    }

    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("customerId", customerID)
            json.field("orderIds", orderIDs)
        }
    }
}
