import DomainKit
import JSON

/// What is available of a product fell from its threshold or above to below it. Told once for each fall, and not again
/// before the threshold was reached anew. Nobody need listen.
public struct ProductRunLow: IntegrationEvent, Equatable {
    public static let type = "ProductRunLow"
    public static let routingKey = "stock.product-run-low"
    public static let aggregateType = "product"
    public static let mustBeRouted = false
    public var aggregateID: EntityID { productID }

    public let productID: EntityID
    public let sku: String
    public let name: String
    /// How many there were left: fewer than ``threshold``.
    public let available: Int
    /// The threshold of that moment.
    public let threshold: Int

    public init(productID: EntityID, sku: String, name: String, available: Int, threshold: Int) {
        self.productID = productID
        self.sku = sku
        self.name = name
        self.available = available
        self.threshold = threshold
    }

    public init?(json: JSONReader) {
        guard json.isObject() else { return nil }
        let productID = json["productId"].required(EntityID.self)
        let sku = json["sku"].required(String.self)
        let name = json["name"].required(String.self)
        let available = json["available"].required(Int.self)
        let threshold = json["threshold"].required(Int.self)
        guard let productID, let sku, let name, let available, let threshold else { return nil }
        self.init(productID: productID, sku: sku, name: name, available: available, threshold: threshold)
    }

    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("productId", productID)
            json.field("sku", sku)
            json.field("name", name)
            json.field("available", available)
            json.field("threshold", threshold)
        }
    }
}
