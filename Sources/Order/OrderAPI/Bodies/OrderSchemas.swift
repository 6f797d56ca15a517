import DomainKit
import JSON
import OrderDomain

extension JSONSchema {
    /// What ``JSON/JSONReader/line(length:)`` takes.
    static func line(_ length: ClosedRange<Int> = 1...200, example: String) -> JSONSchema {
        .string(length, pattern: #"^[^\x00-\x1F\x7F-\x9F\u2028\u2029]*$"#, example: example)
    }
}

extension PlaceOrderBody {
    /// What the body is.
    public static let schema = JSONSchema.object(
        "PlaceOrder", .required("customerId", .uuid), .required("items", .array(of: item, count: PricedBasket.sizes)),
        .optional("shippingAddress", address.orNull), .optional("paymentMethod", .line(example: "invoice").orNull),
        .optional("contact", contact.orNull, "Whom to tell."))

    private static let item = JSONSchema.object(
        "OrderItem", .required("productId", .uuid, "Each product once."),
        .required("quantity", .integer(BasketItem.quantities, example: 2)))

    private static let address = JSONSchema.object(
        "ShippingAddress", .required("street", .line(example: "1 Harbour Street")),
        .required("city", .line(example: "Lisbon")), .required("zipCode", .line(example: "1100-148")),
        .optional("country", .line(example: "Portugal").orNull))

    private static let contact = JSONSchema.object(
        "Contact", .optional("name", .line(example: "Ada Reis").orNull),
        .optional("email", .string(1...200, format: "email", example: "ada@example.com").orNull))
}

extension CancelOrderBody {
    /// What the body is.
    public static let schema = JSONSchema.object(
        "CancelOrder", .optional("reason", .line(0...500, example: "Changed my mind").orNull, "Why."))
}

extension PlacedOrderBody {
    /// What the answer is.
    static let schema = JSONSchema.object(
        "PlacedOrder", .required("orderId", .uuid), .required("status", .oneOf(OrderStatus.self)),
        .required("totalAmount", .money), .required("orderDate", .timestamp))
}

extension OrderBody {
    /// What the answer is.
    static let schema = JSONSchema.object(
        "Order", .required("orderId", .uuid), .required("customerId", .uuid),
        .required("status", .oneOf(OrderStatus.self)),
        .required("cancellationReason", JSONSchema.string(example: "Changed my mind").orNull),
        .required("items", .array(of: line)), .required("totalAmount", .money), .required("orderDate", .timestamp),
        .required("shippingAddress", address.orNull),
        .required("paymentMethod", JSONSchema.string(example: "invoice").orNull),
        .required("contact", contact.orNull))

    private static let line = JSONSchema.object(
        "OrderLine", .required("productId", .uuid), .required("sku", .string(example: "TEA-1")),
        .required("name", .string(example: "Green tea")), .required("quantity", .integer(1...Int.max, example: 2)),
        .required("unitPrice", .money, "The price when the order was placed."), .required("lineTotal", .money))

    private static let address = JSONSchema.object(
        "DeliveredAddress", .required("street", .string(example: "1 Harbour Street")),
        .required("city", .string(example: "Lisbon")), .required("zipCode", .string(example: "1100-148")),
        .required("country", JSONSchema.string(example: "Portugal").orNull))

    private static let contact = JSONSchema.object(
        "OrderContact", .required("name", JSONSchema.string(example: "Ada Reis").orNull),
        .required("email", JSONSchema.string(example: "ada@example.com").orNull))
}

extension TimelineBody {
    /// What the answer is.
    static let schema = JSONSchema.object("Timeline", .required("items", .array(of: TimelineEntryBody.schema)))
}

extension TimelineEntryBody {
    fileprivate static let schema = JSONSchema.object(
        "TimelineEntry", .required("step", .oneOf(TimelineEntry.Step.self)), .required("at", .timestamp),
        .required("detail", JSONSchema.string(example: "Changed my mind").orNull))
}

extension CustomerRecordBody {
    /// What the answer is.
    static let schema = JSONSchema.object(
        "CustomerRecord", .required("customerId", .uuid), .required("orders", .array(of: OrderBody.schema)),
        .required("timelines", .array(of: timeline)),
        .required("texts", .array(of: HeldText.schema), "What messages say that were not sent or not handled."))

    private static let timeline = JSONSchema.object(
        "OrderTimeline", .required("orderId", .uuid), .required("items", .array(of: TimelineEntryBody.schema)))
}
