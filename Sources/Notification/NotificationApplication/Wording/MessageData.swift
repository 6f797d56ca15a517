import DomainKit
import JSON
import NotificationDomain
import OrderContracts

extension TemplateKey {
    /// The names that a template of this key can use. A key that no event uses yet is taken for one of orders.
    public var messageShape: JSONSchema {
        self == .lowStockDigest ? LowProduct.messageShape : OrderSnapshot.messageShape
    }

    /// Something that a template of this key could have to tell.
    var sample: Occasion {
        let time = Timestamp(microseconds: 1_795_253_400_000_000)
        let productID = EntityID(high: 0x0197_A0E0_7C4B_7D31, low: 0x9A52_3F1C_5F0E_8A13)
        if self == .lowStockDigest {
            return .lowStock([
                LowProduct(productID: productID, sku: "CUP-1", name: "Cup", available: 2, threshold: 5, since: time),
                LowProduct(
                    productID: productID, sku: "TEA-1", name: "Tea & <sugar>", available: 0, threshold: 10, since: time),
            ])
        }
        let price = { (units: Int64) in Money(minorUnits: units, currency: .euro) }
        let order = OrderSnapshot(
            orderID: EntityID(high: 0x0197_A0E0_7C4B_7D31, low: 0x9A52_3F1C_5F0E_8A11),
            customerID: EntityID(high: 0x0197_A0E0_7C4B_7D31, low: 0x9A52_3F1C_5F0E_8A12),
            lines: [
                OrderLine(productID: productID, sku: "CUP-1", name: "Cup", quantity: 3, unitPrice: price(41_999)),
                OrderLine(
                    productID: productID, sku: "TEA-1", name: "Tea & <sugar>", quantity: 1, unitPrice: price(5)),
            ],
            totalAmount: price(126_002), orderDate: time, contact: OrderContact(name: "Zoë Müller", email: nil))
        return .order(order, reason: self == .orderCancelled ? "Out of stock" : nil)
    }
}

extension Occasion {
    /// What a template is filled with: data of the shape that its key says.
    /// - Parameter name: the recipient's name; nil for the one that came with an order.
    func messageData(to name: String? = nil, in wording: Wording) -> JSONValue {
        switch self {
        case .order(let order, let reason): order.messageData(reason: reason, to: name, in: wording)
        case .lowStock(let products): LowProduct.messageData(of: products, in: wording)
        }
    }
}
