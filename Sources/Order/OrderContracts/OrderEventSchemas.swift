import DomainKit
import JSON

extension OrderCreated: DescribedEvent {
    public static let schema = JSONSchema(
        .object(OrderSnapshot.members), name: "OrderCreated", note: "An order was placed and waits for its stock.")
}

extension OrderConfirmed: DescribedEvent {
    public static let schema = JSONSchema(
        .object(OrderSnapshot.members), name: "OrderConfirmed",
        note: "All stock of an order has been taken: it will be delivered.")
}

extension OrderCancelled: DescribedEvent {
    public static let schema = JSONSchema(
        .object(OrderSnapshot.members + reason), name: "OrderCancelled",
        note: "An order will not be delivered. Whoever holds something for it gives it back.")

    private static let reason: [JSONSchema.Member] = [
        .required("reason", .string(example: "Changed my mind"), "Why, in words that a customer can be shown.")
    ]
}

extension CustomerErased: DescribedEvent {
    public static let schema = JSONSchema.object(
        "CustomerErased", .required("customerId", .uuid),
        .required("orderIds", .array(of: .uuid), "Orders of theirs, which stay."),
        note: "A customer's personal data was erased. Whoever keeps any erases it.")
}

extension OrderSnapshot {
    fileprivate static let members: [JSONSchema.Member] = [
        .required("orderId", .uuid), .required("customerId", .uuid),
        .required("items", .array(of: line, count: 1...Int.max)), .required("totalAmount", .money),
        .required("orderDate", .timestamp), .optional("contact", contact, "Whom to tell."),
    ]

    private static let line = JSONSchema.object(
        "OrderLine", .required("productId", .uuid), .required("sku", .string(example: "TEA-1")),
        .required("name", .string(example: "Green tea")), .required("quantity", .integer(1...Int.max, example: 2)),
        .required("unitPrice", .money, "The price when the order was placed."))

    private static let contact = JSONSchema.object(
        "OrderContact", .optional("name", .string(example: "Ada Reis")),
        .optional("email", .string(example: "ada@example.com")))
}
