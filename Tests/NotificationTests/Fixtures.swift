import DomainKit
import OrderContracts
import Testing

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
