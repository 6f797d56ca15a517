import DomainKit
import JSON
import OrderContracts

extension OrderSnapshot {
    /// What a template can say about the order: `orderId`, `orderDate`, `customerId`, `customerName`, `items` (each with
    /// `name`, `sku`, `quantity`, `unitPrice`, `lineTotal`), `total` and `reason`. Money has `amount` and `currency`.
    ///
    /// - Parameter reason: why the order was cancelled; nil where it was not.
    func messageData(reason: String? = nil) -> JSONValue {
        .object([
            "orderId": .string(orderID.description),
            "orderDate": .string(orderDate.forReaders),
            "customerId": .string(customerID.description),
            "customerName": .string(contact?.name ?? "customer"),
            "items": .array(lines.map(\.messageData)),
            "total": totalAmount.messageData,
            "reason": reason.map { .string($0) } ?? .null,
        ])
    }
}

extension OrderLine {
    fileprivate var messageData: JSONValue {
        .object([
            "name": .string(name),
            "sku": .string(sku),
            "quantity": .integer(Int64(quantity)),
            "unitPrice": unitPrice.messageData,
            "lineTotal": (try? unitPrice.multiplied(by: quantity))?.messageData ?? .null,
        ])
    }
}

extension Money {
    fileprivate var messageData: JSONValue {
        .object(["amount": .string(amount), "currency": .string(currency.code)])
    }
}

extension Timestamp {
    /// To the minute, such as `2026-11-21 09:30 UTC`.
    fileprivate var forReaders: String {
        let text = description
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5)) UTC"
    }
}
