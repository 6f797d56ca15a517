/// What the customer said of delivery and payment, none of it required.
public struct Delivery: Sendable, Equatable {
    public let shippingAddress: ShippingAddress?
    public let paymentMethod: String?
    public let contact: Contact?

    public init(shippingAddress: ShippingAddress? = nil, paymentMethod: String? = nil, contact: Contact? = nil) {
        self.shippingAddress = shippingAddress
        self.paymentMethod = paymentMethod
        self.contact = contact
    }
}

/// Where an order goes.
public struct ShippingAddress: Sendable, Equatable {
    public let street: String
    public let city: String
    public let zipCode: String
    public let country: String?

    public init(street: String, city: String, zipCode: String, country: String? = nil) {
        self.street = street
        self.city = city
        self.zipCode = zipCode
        self.country = country
    }
}

/// Whom to tell about an order.
public struct Contact: Sendable, Equatable {
    public let name: String?
    public let email: String?

    /// Nil where neither is given: there is nobody to tell.
    public init?(name: String?, email: String?) {
        guard name != nil || email != nil else { return nil }
        self.name = name
        self.email = email
    }
}
