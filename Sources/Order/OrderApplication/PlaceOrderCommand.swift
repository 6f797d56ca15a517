import DomainKit
import JSON
import OrderDomain

/// What a customer wants, as it was asked for.
public struct PlaceOrderCommand: Sendable, Equatable {
    public let customerID: EntityID
    /// At least one; no product comes twice.
    public let items: [BasketItem]
    public let delivery: Delivery

    public init(customerID: EntityID, items: [BasketItem], delivery: Delivery = Delivery()) {
        self.customerID = customerID
        self.items = items
        self.delivery = delivery
    }

    /// The command in one form of bytes, whatever the request's white space, order of members or spelling of an identity:
    /// what two requests are compared by.
    public var canonicalBytes: [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.field("customerId", customerID)
            json.field("items", items.map(CanonicalItem.init))
            if let address = delivery.shippingAddress {
                json.field("shippingAddress") { json in
                    json.object { json in
                        json.field("street", address.street)
                        json.field("city", address.city)
                        json.field("zipCode", address.zipCode)
                        json.field("country", ifPresent: address.country)
                    }
                }
            }
            json.field("paymentMethod", ifPresent: delivery.paymentMethod)
            json.field("contactName", ifPresent: delivery.contact?.name)
            json.field("contactEmail", ifPresent: delivery.contact?.email)
        }
        return json.bytes
    }
}

private struct CanonicalItem: JSONEncodable {
    let item: BasketItem

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("productId", item.productID)
            json.field("quantity", item.quantity)
        }
    }
}
