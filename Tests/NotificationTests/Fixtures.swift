import DomainKit
import NotificationDomain
import OrderContracts
import Testing

@testable import NotificationApplication

/// Some order with two lines.
func someOrder(contact: OrderContact? = nil) throws -> OrderSnapshot {
    let euro = try #require(Currency("EUR"))
    let cup = OrderLine(
        productID: .v7(), sku: "CUP-1", name: "Cup", quantity: 3, unitPrice: Money(minorUnits: 1_999, currency: euro))
    let tea = OrderLine(
        productID: .v7(), sku: "TEA-1", name: "Tea", quantity: 1, unitPrice: Money(minorUnits: 5, currency: euro))
    return OrderSnapshot(
        orderID: .v7(), customerID: .v7(), lines: [cup, tea], totalAmount: Money(minorUnits: 6_002, currency: euro),
        orderDate: try #require(Timestamp("2026-11-21T09:30:15.123456Z")), contact: contact)
}

/// A notification of the order's confirmation that is to be delivered.
/// - Parameter isKept: whether what it tells of is known.
func somePending(
    _ order: OrderSnapshot, message: Message? = nil, round: Int = 0, tries: Int = 0, isKept: Bool = true,
    isUntrue: Bool = false
) throws -> PendingDelivery {
    let notification = Notification(
        id: .v7(), orderID: order.orderID, customerID: order.customerID, template: .orderConfirmed, channel: .email,
        recipient: "customer:\(order.customerID)", message: message, createdAt: order.orderDate)
    return PendingDelivery(
        notification: notification, round: round, tries: tries, occasion: isKept ? .order(order, reason: nil) : nil,
        cause: Cause(correlationID: "c"), isUntrue: isUntrue)
}

/// Says in which language it was asked, and changes nothing.
struct PlainFormatter: LocaleFormatter {
    func text(_ amount: Money, in locale: LocaleTag) -> String { "\(amount) as in \(locale)" }

    func text(_ time: Timestamp, in locale: LocaleTag) -> String { "\(time) as in \(locale)" }
}

extension Wording {
    static let plain = Wording(locale: .english, formatter: PlainFormatter())
}
