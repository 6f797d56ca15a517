import DomainKit
import JSON

/// One line of an order, as the events of an order carry it: at the price at which the order was placed.
public struct OrderLine: Sendable, Equatable, JSONCodable {
    public let productID: EntityID
    public let sku: String
    public let name: String
    public let quantity: Int
    public let unitPrice: Money

    public init(productID: EntityID, sku: String, name: String, quantity: Int, unitPrice: Money) {
        self.productID = productID
        self.sku = sku
        self.name = name
        self.quantity = quantity
        self.unitPrice = unitPrice
    }

    public init?(json: JSONReader) {
        guard json.isObject() else { return nil }
        let productID = json["productId"].required(EntityID.self)
        let sku = json["sku"].required(String.self)
        let name = json["name"].required(String.self)
        let quantity = json["quantity"].integer(in: 1...Int.max)
        let unitPrice = json["unitPrice"].required(Money.self)
        guard let productID, let sku, let name, let quantity, let unitPrice else { return nil }
        self.init(productID: productID, sku: sku, name: name, quantity: quantity, unitPrice: unitPrice)
    }

    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("productId", productID)
            json.field("sku", sku)
            json.field("name", name)
            json.field("quantity", quantity)
            json.field("unitPrice", unitPrice)
        }
    }
}

/// Whom to tell about an order, where the customer said so.
public struct OrderContact: Sendable, Equatable, JSONCodable {
    public let name: String?
    public let email: String?

    public init(name: String?, email: String?) {
        self.name = name
        self.email = email
    }

    public init?(json: JSONReader) {
        guard json.isObject() else { return nil }
        self.init(name: json["name"].optional(String.self), email: json["email"].optional(String.self))
    }

    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("name", ifPresent: name)
            json.field("email", ifPresent: email)
        }
    }
}
