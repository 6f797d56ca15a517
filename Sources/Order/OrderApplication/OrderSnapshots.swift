import OrderContracts
import OrderDomain

extension OrderSnapshot {
    /// What the other domains are told of `order`.
    init(_ order: Order) {
        self.init(
            orderID: order.id, customerID: order.customerID,
            lines: order.lines.map {
                OrderLine(
                    productID: $0.productID, sku: $0.sku, name: $0.name, quantity: $0.quantity, unitPrice: $0.unitPrice)
            },
            totalAmount: order.total, orderDate: order.placedAt,
            contact: order.delivery.contact.map { OrderContact(name: $0.name, email: $0.email) })
    }
}
