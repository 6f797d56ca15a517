import DomainKit
import JSON

/// A notification was handed to its channel. Nobody need listen.
public struct NotificationSent: IntegrationEvent, Equatable {
    public static let type = "NotificationSent"
    public static let routingKey = "notification.sent"
    public static let aggregateType = "notification"
    public static let mustBeRouted = false
    public var aggregateID: EntityID { notificationID }
    public var identities: [(name: String, id: EntityID)] {
        let order: [(name: String, id: EntityID)] = orderID.map { [("order_id", $0)] } ?? []
        return order + [("notification_id", notificationID)]
    }

    public let notificationID: EntityID
    /// Nil where it tells of no order, such as a digest.
    public let orderID: EntityID?
    public let template: String
    /// The way by which it was really sent.
    public let channel: String

    public init(notificationID: EntityID, orderID: EntityID?, template: String, channel: String) {
        self.notificationID = notificationID
        self.orderID = orderID
        self.template = template
        self.channel = channel
    }

    public init?(json: JSONReader) {
        guard json.isObject() else { return nil }
        let notificationID = json["notificationId"].required(EntityID.self)
        let orderID = json["orderId"].optional(EntityID.self)
        let template = json["template"].required(String.self)
        let channel = json["channel"].required(String.self)
        guard let notificationID, let template, let channel else { return nil }
        self.init(notificationID: notificationID, orderID: orderID, template: template, channel: channel)
    }

    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("notificationId", notificationID)
            json.field("orderId", ifPresent: orderID)
            json.field("template", template)
            json.field("channel", channel)
        }
    }
}

/// A notification could not be delivered and will not be tried again. Nobody need listen.
public struct NotificationFailed: IntegrationEvent, Equatable {
    public static let type = "NotificationFailed"
    public static let routingKey = "notification.failed"
    public static let aggregateType = "notification"
    public static let mustBeRouted = false
    public var aggregateID: EntityID { notificationID }
    public var identities: [(name: String, id: EntityID)] {
        let order: [(name: String, id: EntityID)] = orderID.map { [("order_id", $0)] } ?? []
        return order + [("notification_id", notificationID)]
    }

    public let notificationID: EntityID
    /// Nil where it tells of no order, such as a digest.
    public let orderID: EntityID?
    public let reason: String

    public init(notificationID: EntityID, orderID: EntityID?, reason: String) {
        self.notificationID = notificationID
        self.orderID = orderID
        self.reason = reason
    }

    public init?(json: JSONReader) {
        guard json.isObject() else { return nil }
        let notificationID = json["notificationId"].required(EntityID.self)
        let orderID = json["orderId"].optional(EntityID.self)
        let reason = json["reason"].required(String.self)
        guard let notificationID, let reason else { return nil }
        self.init(notificationID: notificationID, orderID: orderID, reason: reason)
    }

    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("notificationId", notificationID)
            json.field("orderId", ifPresent: orderID)
            json.field("reason", reason)
        }
    }
}
