import DomainKit
import JSON

extension ProductPriced: DescribedEvent {
    public static let schema = JSONSchema.object(
        "ProductPriced", .required("productId", .uuid), .required("sku", .string(example: "TEA-1")),
        .required("name", .string(example: "Green tea")), .required("unitPrice", .price),
        .required("version", .integer(1...Int.max, example: 1), "Raised with every change."),
        note: "A product was registered, or its price, SKU or name changed.")
}

extension ProductRunLow: DescribedEvent {
    public static let schema = JSONSchema.object(
        "ProductRunLow", .required("productId", .uuid), .required("sku", .string(example: "TEA-1")),
        .required("name", .string(example: "Green tea")),
        .required("available", .integer(0...Int.max, example: 7), "How many were left: fewer than the threshold."),
        .required("threshold", .integer(1...Int.max, example: 10), "The threshold of that moment."),
        note: "What is available of a product fell from its threshold or above to below it.")
}

extension StockProcessCompleted: DescribedEvent {
    public static let schema = JSONSchema.object(
        "StockProcessCompleted", .required("orderId", .uuid), note: "All lines of an order have been taken from stock.")
}

extension StockProcessFailed: DescribedEvent {
    public static let schema = JSONSchema.object(
        "StockProcessFailed", .required("orderId", .uuid),
        .required("reason", .string(example: "out of stock"), "Why, in words that a customer can be shown."),
        .required("shortages", .array(of: shortage), "What was lacking; empty where it was not for lack of stock."),
        note: "Nothing of an order has been taken from stock, and nothing will be.")

    private static let shortage = JSONSchema.object(
        "Shortage", .required("productId", .uuid), .required("requested", .integer(example: 3)),
        .required("available", .integer(example: 1)))
}
