import DomainKit
import JSON

/// All lines of an order have been taken from stock.
public struct StockProcessCompleted: IntegrationEvent, Equatable {
    public static let type = "StockProcessCompleted"
    public static let routingKey = "stock.process-completed"
    public static let aggregateType = "order"
    public var aggregateID: EntityID { orderID }

    public let orderID: EntityID

    public init(orderID: EntityID) { self.orderID = orderID }

    public init?(json: JSONReader) {
        guard json.isObject(), let orderID = json["orderId"].required(EntityID.self) else { return nil }
        self.init(orderID: orderID)
    }

    public func write(to json: inout JSONWriter) {
        json.object { $0.field("orderId", orderID) }
    }
}

/// Nothing of an order has been taken from stock, and nothing will be.
public struct StockProcessFailed: IntegrationEvent, Equatable {
    public static let type = "StockProcessFailed"
    public static let routingKey = "stock.process-failed"
    public static let aggregateType = "order"
    public var aggregateID: EntityID { orderID }

    public let orderID: EntityID
    /// Why, in words that a customer can be shown.
    public let reason: String
    /// What was lacking; empty where the failure was not for lack of stock.
    public let shortages: [Shortage]

    public init(orderID: EntityID, reason: String, shortages: [Shortage] = []) {
        self.orderID = orderID
        self.reason = reason
        self.shortages = shortages
    }

    public init?(json: JSONReader) {
        guard json.isObject() else { return nil }
        let orderID = json["orderId"].required(EntityID.self)
        let reason = json["reason"].required(String.self)
        let shortages = json["shortages"].array(of: Shortage.self)
        guard let orderID, let reason, let shortages else { return nil }
        self.init(orderID: orderID, reason: reason, shortages: shortages)
    }

    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("orderId", orderID)
            json.field("reason", reason)
            json.field("shortages", shortages)
        }
    }
}

/// A product of which an order wanted more than there was.
public struct Shortage: Sendable, Equatable, JSONCodable {
    public let productID: EntityID
    public let requested: Int
    public let available: Int

    public init(productID: EntityID, requested: Int, available: Int) {
        self.productID = productID
        self.requested = requested
        self.available = available
    }

    public init?(json: JSONReader) {
        guard json.isObject() else { return nil }
        let productID = json["productId"].required(EntityID.self)
        let requested = json["requested"].required(Int.self)
        let available = json["available"].required(Int.self)
        guard let productID, let requested, let available else { return nil }
        self.init(productID: productID, requested: requested, available: available)
    }

    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("productId", productID)
            json.field("requested", requested)
            json.field("available", available)
        }
    }
}
