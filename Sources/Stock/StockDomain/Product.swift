import DomainKit
import JSON

/// What is known of a product besides its identity.
public struct ProductDetails: Sendable, Equatable {
    public static let skuLength = 1...64
    public static let nameLength = 1...200
    public static let thresholdRange = 1...1_000_000_000

    /// The shop's own code of the product. No two products have the same.
    public let sku: String
    public let name: String
    /// Zero or more: what is given away is priced at zero.
    public let unitPrice: Money
    /// Less than so many pieces are few: when stock falls below it, the product has run low. Nil where nobody wants to know.
    public let lowStockThreshold: Int?

    public init(sku: String, name: String, unitPrice: Money, lowStockThreshold: Int? = nil) {
        self.sku = sku
        self.name = name
        self.unitPrice = unitPrice
        self.lowStockThreshold = lowStockThreshold
    }

    /// Whether who keeps a copy of SKU, name and price has to write something else now.
    public func differsInPrice(from other: ProductDetails) -> Bool {
        sku != other.sku || name != other.name || unitPrice != other.unitPrice
    }
}

extension ProductDetails: JSONDecodable {
    public init?(json: JSONReader) {
        guard json.isObject() else { return nil }
        let sku = json["sku"].printableText(length: Self.skuLength)
        let name = json["name"].printableText(length: Self.nameLength)
        let unitPrice = json["unitPrice"].required(Money.self)
        if let unitPrice, unitPrice.minorUnits < 0 { json["unitPrice"]["amount"].fault("must not be negative") }
        let threshold = json["lowStockThreshold"]
        let lowStockThreshold = threshold.isAbsent ? nil : threshold.integer(in: Self.thresholdRange)
        guard let sku, let name, let unitPrice, unitPrice.minorUnits >= 0 else { return nil }
        self.init(sku: sku, name: name, unitPrice: unitPrice, lowStockThreshold: lowStockThreshold)
    }
}

/// A product that the shop sells.
public struct Product: Sendable, Equatable {
    public let id: EntityID
    public let details: ProductDetails
    /// 1 when registered, raised with every change.
    public let version: Int

    /// A product as it was stored.
    public init(id: EntityID, details: ProductDetails, version: Int) {
        self.id = id
        self.details = details
        self.version = version
    }

    /// A product that is registered for the first time.
    public init(registering id: EntityID, details: ProductDetails) {
        self.init(id: id, details: details, version: 1)
    }

    /// The product with other details and the next version; nil where nothing would change.
    public func changed(to details: ProductDetails) -> Product? {
        details == self.details ? nil : Product(id: id, details: details, version: version + 1)
    }
}
