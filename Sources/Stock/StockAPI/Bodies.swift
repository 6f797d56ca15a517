import DomainKit
import JSON
import StockDomain

/// `{"productId", "sku", "name", "unitPrice", "lowStockThreshold", "version"}`: the threshold is null where there is none.
struct ProductBody: JSONEncodable {
    private let product: Product

    init(_ product: Product) { self.product = product }

    /// Where a page ends that ends with this product.
    var position: String { product.id.description }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("productId", product.id)
            json.field("sku", product.details.sku)
            json.field("name", product.details.name)
            json.field("unitPrice", product.details.unitPrice)
            json.field("lowStockThreshold", orNull: product.details.lowStockThreshold)
            json.field("version", product.version)
        }
    }
}

/// `{"productId", "sku", "name", "onHand", "available", "lowStockThreshold"}`: the threshold is null where there is none.
struct StockBody: JSONEncodable {
    private let item: StockItem

    init(_ item: StockItem) { self.item = item }

    /// Where a page ends that ends with this product.
    var position: String { item.level.productID.description }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("productId", item.level.productID)
            json.field("sku", item.sku)
            json.field("name", item.name)
            json.field("onHand", item.level.onHand)
            json.field("available", item.level.available)
            json.field("lowStockThreshold", orNull: item.level.lowStockThreshold)
        }
    }
}

/// `{"productId", "onHand", "available"}`
struct LevelBody: JSONEncodable {
    private let level: StockLevel

    init(_ level: StockLevel) { self.level = level }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("productId", level.productID)
            json.field("onHand", level.onHand)
            json.field("available", level.available)
        }
    }
}
