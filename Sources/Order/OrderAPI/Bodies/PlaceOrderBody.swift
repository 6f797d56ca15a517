import DomainKit
import JSON
import OrderApplication
import OrderDomain

/// The body of `POST /api/orders`.
///
/// Members that it does not name are ignored; so is a price, which is never the client's to say. A product must not come
/// twice: the second item is a fault.
public struct PlaceOrderBody: JSONDecodable {
    public let command: PlaceOrderCommand

    public init?(json: JSONReader) {
        guard json.isObject() else { return nil }
        let customerID = json["customerId"].required(EntityID.self)
        let items = BasketItem.distinct(json["items"])
        let address = json["shippingAddress"].optional(ShippingAddressBody.self)
        let paymentMethod = json["paymentMethod"].optionalLine()
        let contact = json["contact"].optional(ContactBody.self)
        guard let customerID, let items else { return nil }
        let delivery = Delivery(
            shippingAddress: address?.address, paymentMethod: paymentMethod, contact: contact?.contact)
        command = PlaceOrderCommand(customerID: customerID, items: items, delivery: delivery)
    }
}

extension BasketItem {
    /// The items of the array at `json`, each product once.
    fileprivate static func distinct(_ json: JSONReader) -> [BasketItem]? {
        guard let places = json.array(of: Place.self, count: PricedBasket.sizes) else { return nil }
        var known: [EntityID: Int] = [:]
        var items: [BasketItem] = []
        for (index, place) in places.enumerated() {
            guard place.json.isObject() else { continue }
            let productID = place.json["productId"].required(EntityID.self)
            let quantity = place.json["quantity"].integer(in: quantities)
            guard let productID else { continue }
            if let first = known[productID] {
                place.json["productId"].fault("is the product of item \(first) again; order it once, in one quantity")
            } else {
                known[productID] = index
            }
            if let quantity { items.append(BasketItem(productID: productID, quantity: quantity)) }
        }
        return items.count == places.count ? items : nil
    }
}

/// An element of an array, to be read later.
private struct Place: JSONDecodable {
    let json: JSONReader

    init?(json: JSONReader) { self.json = json }
}

private struct ShippingAddressBody: JSONDecodable {
    let address: ShippingAddress

    init?(json: JSONReader) {
        guard json.isObject() else { return nil }
        let street = json["street"].line()
        let city = json["city"].line()
        let zipCode = json["zipCode"].line()
        let country = json["country"].optionalLine()
        guard let street, let city, let zipCode else { return nil }
        address = ShippingAddress(street: street, city: city, zipCode: zipCode, country: country)
    }
}

private struct ContactBody: JSONDecodable {
    /// Nil where the object is empty.
    let contact: Contact?

    init?(json: JSONReader) {
        guard json.isObject() else { return nil }
        let name = json["name"].optionalLine()
        let email = json["email"].optionalLine()
        if let email, !email.looksLikeAnEmailAddress { json["email"].fault("must be an e-mail address") }
        contact = Contact(name: name, email: email)
    }
}
