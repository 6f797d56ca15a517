import JSON
import Messaging

extension JSONSchema {
    fileprivate static let count = JSONSchema.integer(0...Int.max, example: 1)
    fileprivate static let queue = JSONSchema.string(example: "stock.order-created")
    fileprivate static let type = JSONSchema.string(example: "OrderCreated").orNull
    fileprivate static let words = JSONSchema.string(example: "the product is not known")
}

extension DeadLetterBody {
    /// What the answer is.
    static let schema = JSONSchema(.object(members), name: "DeadLetter")

    fileprivate static let members: [JSONSchema.Member] = [
        .required("messageId", .uuid),
        .optional("sentMessageId", .string(example: "42"), "The id as it was sent, where that is no UUID."),
        .required("consumer", .queue, "The queue whose consumer could not handle it."),
        .required("type", .type, "The name of the event; null where the message has none."),
        .required("aggregateId", JSONSchema.uuid.orNull),
        .required("status", .oneOf(DeadLetter.Status.self)),
        .required("reason", .words, "Why the last attempt failed."),
        .required("attempts", .count, "How many attempts have failed, over all deaths."),
        .required("redrives", .count, "How often it was sent again."),
        .required("firstFailedAt", .timestamp), .required("lastFailedAt", .timestamp),
        .required("redrivenAt", JSONSchema.timestamp.orNull), .required("redriveId", JSONSchema.uuid.orNull),
    ]
}

extension DeadLetterDetailsBody {
    /// What the answer is.
    static let schema = JSONSchema(.object(DeadLetterBody.members + members), name: "DeadLetterDetails")

    private static let members: [JSONSchema.Member] = [
        .required("headers", JSONSchema(.map(of: .any)), "The message's headers."),
        .optional("body", .string(example: "{}"), "The message's body, where it is text."),
        .optional("bodyBase64", .string(example: "/w=="), "The message's body, where it is not text."),
        .required("history", .array(of: action), "What happened to it, oldest first."),
    ]

    private static let action = JSONSchema.object(
        "DeadLetterAction",
        .required(
            "action", .oneOf(["Died", "Queued", "Redriven", "Handled", "Refused", "Released", "Discarded"])),
        .required("at", .timestamp), .required("detail", JSONSchema.words.orNull), .optional("redriveId", .uuid))
}

extension RedriveManyBody {
    /// What the body is.
    static let schema = JSONSchema.object(
        "RedriveMany", .optional("consumer", filter("stock.order-created"), "Only those of this queue."),
        .optional("type", filter("OrderCreated"), "Only events of this name."),
        .optional("reason", filter("not known"), "Only those whose reason has this in it."),
        .required("limit", .integer(1...1_000, example: 100), "How many at most."),
        .optional("dryRun", JSONSchema.boolean.orNull, "Whether only to tell what would be sent."))

    private static func filter(_ example: String) -> JSONSchema { JSONSchema.string(1...500, example: example).orNull }
}

extension BulkRedriveBody {
    /// What the answer is.
    static let schema = JSONSchema.object(
        "Redrive", .required("redriveId", .uuid), .required("requestedAt", .timestamp),
        .required("state", .oneOf(BulkRedrive.State.self)),
        .required("selected", .count), .required("sent", .count), .required("handled", .count),
        .required("died", .count), .required("refused", .count), .required("outcome", JSONSchema.words.orNull),
        .required("finishedAt", JSONSchema.timestamp.orNull))
}

extension RedrivePreviewBody {
    /// What the answer is.
    static let schema = JSONSchema.object(
        "RedrivePreview", .required("dryRun", .boolean), .required("selected", .count), .required("refused", .count),
        .required(
            "items",
            .array(
                of: .object(
                    "RedrivePreviewItem", .required("messageId", .uuid), .required("consumer", .queue),
                    .required("type", .type),
                    .required("refusal", JSONSchema.words.orNull, "Why it would not be sent.")))))
}
