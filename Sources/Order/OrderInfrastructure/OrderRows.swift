import DomainKit
import OrderDomain
import Postgres

/// A row of `orders`, still without its lines.
struct OrderRow: Sendable {
    /// What ``init(_:)`` reads, in its order.
    static let columns = """
        id, customer_id, status, cancellation_reason, total_minor, currency, placed_at, changed_at, street, city, \
        zip_code, country, payment_method, contact_name, contact_email
        """

    let id: EntityID
    private let customerID: EntityID
    private let status: OrderStatus
    private let cancellationReason: String?
    fileprivate let total: Money
    private let placedAt: Timestamp
    private let changedAt: Timestamp
    private let delivery: Delivery

    init(_ row: borrowing PostgresRow) throws {
        id = try row.id(0)
        customerID = try row.id(1)
        guard let status = OrderStatus(rawValue: try row.text(2)) else { throw UnreadableRow(column: "status") }
        self.status = status
        cancellationReason = try row.optionalText(3)
        total = try Money(minorUnits: row.int(4), currencyCode: row.text(5))
        placedAt = try row.timestamp(6)
        changedAt = try row.timestamp(7)
        var address: ShippingAddress?
        if let street = try row.optionalText(8) {
            address = ShippingAddress(
                street: street, city: try row.text(9), zipCode: try row.text(10), country: try row.optionalText(11))
        }
        delivery = Delivery(
            shippingAddress: address, paymentMethod: try row.optionalText(12),
            contact: Contact(name: try row.optionalText(13), email: try row.optionalText(14)))
    }

    fileprivate func order(with lines: [Order.Line]) -> Order {
        Order(
            id: id, customerID: customerID, lines: lines, total: total, placedAt: placedAt, delivery: delivery,
            status: status, cancellationReason: cancellationReason, changedAt: changedAt)
    }
}

/// A row of `order_lines`.
struct OrderLineRow: Sendable {
    private let orderID: EntityID
    private let productID: EntityID
    private let sku: String
    private let name: String
    private let quantity: Int
    /// In the currency of the order.
    private let unitPriceMinor: Int64

    /// The lines of orders, in the order of their positions.
    static func query(of orders: [EntityID]) -> PostgresQuery<OrderLineRow> {
        PostgresQuery(
            """
            SELECT order_id, product_id, sku, name, quantity, unit_price_minor
            FROM order_lines WHERE order_id = ANY($1::uuid[]) ORDER BY order_id, position
            """, [.ids(orders)], as: OrderLineRow.init)
    }

    private init(_ row: borrowing PostgresRow) throws {
        orderID = try row.id(0)
        productID = try row.id(1)
        sku = try row.text(2)
        name = try row.text(3)
        quantity = try row.integer(4)
        unitPriceMinor = try row.int(5)
    }

    private func line(in currency: Currency) throws -> Order.Line {
        try Order.Line(
            productID: productID, sku: sku, name: name, quantity: quantity,
            unitPrice: Money(minorUnits: unitPriceMinor, currency: currency))
    }

    /// The orders of `rows`, in their order, with those of `lines` that are theirs.
    static func orders(of rows: [OrderRow], with lines: [OrderLineRow]) throws -> [Order] {
        let linesByOrder = Dictionary(grouping: lines, by: \.orderID)
        return try rows.map { row in
            row.order(with: try (linesByOrder[row.id] ?? []).map { try $0.line(in: row.total.currency) })
        }
    }
}

extension PostgresStatements {
    /// The orders of `rows`, in their order, with their lines.
    func orders(of rows: [OrderRow]) async throws -> [Order] {
        guard !rows.isEmpty else { return [] }
        let query = OrderLineRow.query(of: rows.map(\.id))
        return try OrderLineRow.orders(of: rows, with: try await run(query.statement, decode: query.decode).rows)
    }
}

extension Money {
    /// Money from its two columns.
    init(minorUnits: Int64, currencyCode: String) throws {
        guard let currency = Currency(currencyCode) else { throw UnreadableRow(column: "currency") }
        self.init(minorUnits: minorUnits, currency: currency)
    }
}

/// A row that holds what this program never writes.
struct UnreadableRow: Error, CustomStringConvertible {
    let column: String

    var description: String { "the column \(column) holds what is not known" }
}
