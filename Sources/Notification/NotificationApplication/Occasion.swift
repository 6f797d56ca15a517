import DomainKit
import JSON
import OrderContracts

/// What a notification tells of: all facts, before they are put into words of some language.
public enum Occasion: Sendable, Equatable {
    /// Something became of an order.
    /// - Parameter reason: why it was cancelled; nil where it was not.
    case order(OrderSnapshot, reason: String?)
    /// Products ran low.
    case lowStock([LowProduct])
}

/// A product of which there is less than its threshold.
public struct LowProduct: Sendable, Equatable {
    public let productID: EntityID
    public let sku: String
    public let name: String
    /// How many there were when it ran low.
    public let available: Int
    public let threshold: Int
    /// When it ran low.
    public let since: Timestamp

    public init(productID: EntityID, sku: String, name: String, available: Int, threshold: Int, since: Timestamp) {
        self.productID = productID
        self.sku = sku
        self.name = name
        self.available = available
        self.threshold = threshold
        self.since = since
    }
}

extension Occasion: JSONCodable {
    public init?(json: JSONReader) {
        guard json.isObject() else { return nil }
        if let order = json["order"].optional(OrderSnapshot.self) {
            self = .order(order, reason: json["reason"].optional(String.self))
        } else if let products = json["products"].array(of: LowProduct.self) {
            self = .lowStock(products)
        } else {
            return nil
        }
    }

    public func write(to json: inout JSONWriter) {
        json.object { json in
            switch self {
            case .order(let order, let reason):
                json.field("order", order)
                json.field("reason", ifPresent: reason)
            case .lowStock(let products): json.field("products", products)
            }
        }
    }
}

extension LowProduct: JSONCodable {
    public init?(json: JSONReader) {
        guard json.isObject() else { return nil }
        let productID = json["productId"].required(EntityID.self)
        let sku = json["sku"].required(String.self)
        let name = json["name"].required(String.self)
        let available = json["available"].required(Int.self)
        let threshold = json["threshold"].required(Int.self)
        let since = json["since"].required(Timestamp.self)
        guard let productID, let sku, let name, let available, let threshold, let since else { return nil }
        self.init(productID: productID, sku: sku, name: name, available: available, threshold: threshold, since: since)
    }

    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("productId", productID)
            json.field("sku", sku)
            json.field("name", name)
            json.field("available", available)
            json.field("threshold", threshold)
            json.field("since", since)
        }
    }
}
