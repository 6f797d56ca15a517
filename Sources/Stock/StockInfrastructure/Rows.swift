import DomainKit
import Postgres
import StockDomain

extension Product {
    /// Reads `product_id, version, sku, name, unit_price_minor, currency`.
    init(_ row: borrowing PostgresRow) throws {
        let code = try row.text(5)
        guard let currency = Currency(code) else { throw UnknownCurrency(code: code) }
        let price = Money(minorUnits: try row.int(4), currency: currency)
        self.init(
            id: try row.id(0),
            details: ProductDetails(sku: try row.text(2), name: try row.text(3), unitPrice: price),
            version: try row.integer(1))
    }
}

extension StockItem {
    /// Reads `product_id, sku, name, on_hand`.
    init(_ row: borrowing PostgresRow) throws {
        self.init(
            sku: try row.text(1), name: try row.text(2),
            level: StockLevel(productID: try row.id(0), onHand: try row.integer(3)))
    }
}

/// A row holds a currency that this program does not know.
struct UnknownCurrency: Error {
    let code: String
}
