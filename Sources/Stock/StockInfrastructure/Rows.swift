import DomainKit
import Postgres
import StockDomain

extension Product {
    /// What is read of products, and from where.
    static let selection = """
        product_id, version, sku, name, unit_price_minor, currency, low_stock_threshold
        FROM products JOIN stock_items USING (product_id)
        """

    /// Reads a row of ``selection``.
    init(_ row: borrowing PostgresRow) throws {
        let code = try row.text(5)
        guard let currency = Currency(code) else { throw UnknownCurrency(code: code) }
        let price = Money(minorUnits: try row.int(4), currency: currency)
        self.init(
            id: try row.id(0),
            details: ProductDetails(
                sku: try row.text(2), name: try row.text(3), unitPrice: price,
                lowStockThreshold: try row.optionalInteger(6)),
            version: try row.integer(1))
    }
}

extension StockItem {
    /// What is read of stock with its products, and from where.
    static let selection = """
        product_id, sku, name, on_hand, low_stock_threshold FROM products JOIN stock_items USING (product_id)
        """

    /// Reads a row of ``selection``.
    init(_ row: borrowing PostgresRow) throws {
        self.init(
            sku: try row.text(1), name: try row.text(2),
            level: StockLevel(
                productID: try row.id(0), onHand: try row.integer(3), lowStockThreshold: try row.optionalInteger(4)))
    }
}

/// A row holds a currency that this program does not know.
struct UnknownCurrency: Error {
    let code: String
}
