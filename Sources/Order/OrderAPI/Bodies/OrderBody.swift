import DomainKit
import JSON
import OrderDomain

/// An order as clients see it.
struct OrderBody: JSONEncodable {
    let order: Order

    init(_ order: Order) { self.order = order }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("orderId", order.id)
            json.field("customerId", order.customerID)
            json.field("status", order.status.rawValue)
            json.field("cancellationReason", orNull: order.cancellationReason)
            json.field("items", order.lines.map(LineBody.init))
            json.field("totalAmount", order.total)
            json.field("orderDate", order.placedAt)
            json.field("shippingAddress", orNull: order.delivery.shippingAddress.map(AddressBody.init))
            json.field("paymentMethod", orNull: order.delivery.paymentMethod)
            json.field("contact", orNull: order.delivery.contact.map(ContactBody.init))
        }
    }
}

private struct LineBody: JSONEncodable {
    let line: Order.Line

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("productId", line.productID)
            json.field("sku", line.sku)
            json.field("name", line.name)
            json.field("quantity", line.quantity)
            json.field("unitPrice", line.unitPrice)
            json.field("lineTotal", line.total)
        }
    }
}

private struct AddressBody: JSONEncodable {
    let address: ShippingAddress

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("street", address.street)
            json.field("city", address.city)
            json.field("zipCode", address.zipCode)
            json.field("country", orNull: address.country)
        }
    }
}

private struct ContactBody: JSONEncodable {
    let contact: Contact

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("name", orNull: contact.name)
            json.field("email", orNull: contact.email)
        }
    }
}
