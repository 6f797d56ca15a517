import DomainKit
import JSON

/// A product was registered, or its price, SKU or name changed. Whoever prices orders keeps a copy.
public struct ProductPriced: IntegrationEvent, Equatable {
    public static let type = "ProductPriced"
    public static let routingKey = "stock.product-priced"
    public static let aggregateType = "product"
    public var aggregateID: EntityID { productID }

    public let productID: EntityID
    public let sku: String
    public let name: String
    public let unitPrice: Money
    /// Raised with every change: a copy never goes back to a lower one.
    public let version: Int

    public init(productID: EntityID, sku: String, name: String, unitPrice: Money, version: Int) {
        self.productID = productID
        self.sku = sku
        self.name = name
        self.unitPrice = unitPrice
        self.version = version
    }

    public init?(json: JSONReader) {
        guard json.isObject() else { return nil }
        let productID = json["productId"].required(EntityID.self)
        let sku = json["sku"].required(String.self)
        let name = json["name"].required(String.self)
        let unitPrice = json["unitPrice"].required(Money.self)
        let version = json["version"].required(Int.self)
        guard let productID, let sku, let name, let unitPrice, let version else { return nil }
        self.init(productID: productID, sku: sku, name: name, unitPrice: unitPrice, version: version)
    }

    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("productId", productID)
            json.field("sku", sku)
            json.field("name", name)
            json.field("unitPrice", unitPrice)
            json.field("version", version)
        }
    }
}
