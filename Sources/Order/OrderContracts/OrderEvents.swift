import DomainKit
import JSON

/// An order was placed and waits for its stock.
public struct OrderCreated: IntegrationEvent, Equatable {
    public static let type = "OrderCreated"
    public static let routingKey = "order.created"
    public static let aggregateType = "order"
    public var aggregateID: EntityID { order.orderID }

    public let order: OrderSnapshot

    public init(order: OrderSnapshot) { self.order = order }

    public init?(json: JSONReader) {
        guard let order = OrderSnapshot(json: json) else { return nil }
        self.init(order: order)
    }

    public func write(to json: inout JSONWriter) { order.write(to: &json) }
}

/// All stock of an order has been taken: it will be delivered.
public struct OrderConfirmed: IntegrationEvent, Equatable {
    public static let type = "OrderConfirmed"
    public static let routingKey = "order.confirmed"
    public static let aggregateType = "order"
    public var aggregateID: EntityID { order.orderID }

    public let order: OrderSnapshot

    public init(order: OrderSnapshot) { self.order = order }

    public init?(json: JSONReader) {
        guard let order = OrderSnapshot(json: json) else { return nil }
        self.init(order: order)
    }

    public func write(to json: inout JSONWriter) { order.write(to: &json) }
}

/// An order will not be delivered. Whoever holds something for it gives it back.
public struct OrderCancelled: IntegrationEvent, Equatable {
    public static let type = "OrderCancelled"
    public static let routingKey = "order.cancelled"
    public static let aggregateType = "order"
    public var aggregateID: EntityID { order.orderID }

    public let order: OrderSnapshot
    /// Why, in words that a customer can be shown.
    public let reason: String

    public init(order: OrderSnapshot, reason: String) {
        self.order = order
        self.reason = reason
    }

    public init?(json: JSONReader) {
        guard let order = OrderSnapshot(json: json), let reason = json["reason"].required(String.self) else {
            return nil
        }
        self.init(order: order, reason: reason)
    }

    public func write(to json: inout JSONWriter) {
        json.object { json in
            order.writeMembers(to: &json)
            json.field("reason", reason)
        }
    }
}
