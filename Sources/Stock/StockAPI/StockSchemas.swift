import DomainKit
import JSON
import StockDomain

extension JSONSchema {
    /// Text that is not blank and has no control characters.
    fileprivate static func printable(_ length: ClosedRange<Int>, example: String) -> JSONSchema {
        let printable = #"[^\x00-\x1F\x7F-\x9F]"#
        return .string(
            length, pattern: #"^\#(printable)*[^\s\x00-\x1F\x7F-\x9F]\#(printable)*$"#, example: example)
    }

    /// How much there is of something.
    fileprivate static let amountInStock = JSONSchema.integer(0...Int.max, example: 120)

    /// What is few, or null.
    fileprivate static let threshold = JSONSchema.integer(ProductDetails.thresholdRange, example: 10).orNull
}

extension ProductDetails {
    /// What the body of a request is.
    public static let schema = JSONSchema.object(
        "ProductDetails",
        .required(
            "sku", .printable(skuLength, example: "TEA-1"), "The shop's own code; no two products have the same."),
        .required("name", .printable(nameLength, example: "Green tea")), .required("unitPrice", .price),
        .optional(
            "lowStockThreshold", .threshold,
            "When fewer are available, the operator is told: once for each fall below it. Without it nobody is."))
}

extension Adjustment {
    /// What the body of a request is.
    public static let schema = JSONSchema.object(
        "Adjustment",
        .required(
            "delta",
            JSONSchema(
                .oneOf([
                    .integer(1...deltaRange.upperBound, example: 25),
                    .integer(deltaRange.lowerBound ... -1, example: -3),
                ])), "How many pieces more or, below zero, fewer there are."),
        .required("reason", .printable(reasonLength, example: "delivery of 21 November")))
}

extension ProductBody {
    /// What the answer is.
    static let schema = JSONSchema.object(
        "Product", .required("productId", .uuid), .required("sku", .string(example: "TEA-1")),
        .required("name", .string(example: "Green tea")), .required("unitPrice", .price),
        .required("lowStockThreshold", .threshold, "With fewer available it has run low; null where nobody is told."),
        .required("version", .integer(1...Int.max, example: 1), "Raised with every change."))
}

extension StockBody {
    /// What the answer is.
    static let schema = JSONSchema.object(
        "StockItem", .required("productId", .uuid), .required("sku", .string(example: "TEA-1")),
        .required("name", .string(example: "Green tea")), .required("onHand", .amountInStock),
        .required("available", .amountInStock),
        .required("lowStockThreshold", .threshold, "With fewer available it has run low; null where nobody is told."))
}

extension LevelBody {
    /// What the answer is.
    static let schema = JSONSchema.object(
        "StockLevel", .required("productId", .uuid), .required("onHand", .amountInStock),
        .required("available", .amountInStock))
}
