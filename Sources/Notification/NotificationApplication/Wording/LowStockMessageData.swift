import DomainKit
import JSON

extension LowProduct {
    /// What a template can say about products that ran low.
    static let messageShape = JSONSchema.object(
        nil,
        .required(
            "products",
            .array(
                of: .object(
                    nil, .required("sku", .string(example: "CUP-1")), .required("name", .string(example: "Cup")),
                    .required("available", .integer(example: 2), "How many there were when it ran low."),
                    .required("threshold", .integer(example: 5)),
                    .required("since", .string(example: "2026-11-21 09:30 UTC"), "To the minute, in UTC."),
                    .required("sinceFormatted", .string(example: "November 21, 2026 at 9:30 AM UTC"))))),
        .required("count", .integer(example: 1), "How many products."),
        .required("locale", .string(example: "en"), "The language of the message."))

    /// Data of the shape ``messageShape``.
    static func messageData(of products: [LowProduct], in wording: Wording) -> JSONValue {
        .object([
            "products": .array(products.map { $0.messageData(in: wording) }),
            "count": .integer(Int64(products.count)),
            "locale": .string(wording.locale.text),
        ])
    }

    private func messageData(in wording: Wording) -> JSONValue {
        .object([
            "sku": .string(sku),
            "name": .string(name),
            "available": .integer(Int64(available)),
            "threshold": .integer(Int64(threshold)),
            "since": .string(since.forReaders),
            "sinceFormatted": .string(wording.text(since)),
        ])
    }
}
