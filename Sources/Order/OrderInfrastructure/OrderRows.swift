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

extension PostgresStatements {
    /// The orders of `rows`, in their order, with their lines.
    func orders(of rows: [OrderRow]) async throws -> [Order] {
        guard !rows.isEmpty else { return [] }
        let currencies = Dictionary(uniqueKeysWithValues: rows.map { ($0.id, $0.total.currency) })
        let lines = try await query(
            """
            SELECT order_id, product_id, sku, name, quantity, unit_price_minor
            FROM order_lines WHERE order_id = ANY($1::uuid[]) ORDER BY order_id, position
            """, [.ids(rows.map(\.id))]
        ) { row in
            let orderID = try row.id(0)
            guard let currency = currencies[orderID] else { throw UnreadableRow(column: "order_id") }
            let line = try Order.Line(
                productID: row.id(1), sku: row.text(2), name: row.text(3), quantity: row.integer(4),
                unitPrice: Money(minorUnits: row.int(5), currency: currency))
            return (orderID: orderID, line: line)
        }
        let linesByOrder = Dictionary(grouping: lines, by: \.orderID)
        return rows.map { row in row.order(with: (linesByOrder[row.id] ?? []).map(\.line)) }
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
