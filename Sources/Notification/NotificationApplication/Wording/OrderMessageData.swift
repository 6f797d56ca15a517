import DomainKit
import JSON
import OrderContracts

extension OrderSnapshot {
    /// What a template can say about an order. The names that were there before locales mean the same in every language;
    /// those that end in `formatted` are written as the reader's language writes them.
    static let messageShape = JSONSchema.object(
        nil, .required("orderId", .string(example: "0197a0e0-7c4b-7d31-9a52-3f1c5f0e8a11")),
        .required("orderDate", .string(example: "2026-11-21 09:30 UTC"), "To the minute, in UTC."),
        .required("orderDateFormatted", .string(example: "November 21, 2026 at 9:30 AM UTC")),
        .required("customerId", .string(example: "0197a0e0-7c4b-7d31-9a52-3f1c5f0e8a12")),
        .required("customerName", .string(example: "Zoë Müller"), "`customer` where no name is known."),
        .required("recipientName", JSONSchema.string(example: "Zoë Müller").orNull, "Null where no name is known."),
        .required("items", .array(of: OrderLine.messageShape), "The lines of the order."),
        .required("total", Money.messageShape),
        .required("reason", JSONSchema.string(example: "Out of stock").orNull, "Why it was cancelled, or null."),
        .required("locale", .string(example: "en"), "The language of the message."))

    /// Data of the shape ``messageShape``.
    /// - Parameters:
    ///   - reason: why the order was cancelled; nil where it was not.
    ///   - name: the recipient's name; nil for the one that came with the order.
    func messageData(reason: String? = nil, to name: String? = nil, in wording: Wording) -> JSONValue {
        let name = name ?? contact?.name
        return .object([
            "orderId": .string(orderID.description),
            "orderDate": .string(orderDate.forReaders),
            "orderDateFormatted": .string(wording.text(orderDate)),
            "customerId": .string(customerID.description),
            "customerName": .string(name ?? "customer"),
            "recipientName": name.map { .string($0) } ?? .null,
            "items": .array(lines.map { $0.messageData(in: wording) }),
            "total": totalAmount.messageData(in: wording),
            "reason": reason.map { .string($0) } ?? .null,
            "locale": .string(wording.locale.text),
        ])
    }
}

extension OrderLine {
    fileprivate static let messageShape = JSONSchema.object(
        nil, .required("name", .string(example: "Cup")), .required("sku", .string(example: "CUP-1")),
        .required("quantity", .integer(example: 3)), .required("unitPrice", Money.messageShape),
        .required("lineTotal", Money.messageShape.orNull))

    fileprivate func messageData(in wording: Wording) -> JSONValue {
        .object([
            "name": .string(name),
            "sku": .string(sku),
            "quantity": .integer(Int64(quantity)),
            "unitPrice": unitPrice.messageData(in: wording),
            "lineTotal": (try? unitPrice.multiplied(by: quantity))?.messageData(in: wording) ?? .null,
        ])
    }
}

extension Money {
    fileprivate static let messageShape = JSONSchema.object(
        nil, .required("amount", .string(example: "59.97")), .required("currency", .string(example: "EUR")),
        .required("formatted", .string(example: "€59.97")))

    fileprivate func messageData(in wording: Wording) -> JSONValue {
        .object([
            "amount": .string(amount), "currency": .string(currency.code), "formatted": .string(wording.text(self)),
        ])
    }
}

extension Timestamp {
    /// To the minute, such as `2026-11-21 09:30 UTC`.
    var forReaders: String {
        let text = description
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5)) UTC"
    }
}
