import DomainKit
import JSON
import NotificationDomain

extension JSONSchema {
    static let templateKey = JSONSchema.string(
        1...TemplateKey.maximumLength, pattern: "^[a-z0-9]+(-[a-z0-9]+)*$", example: "order-confirmed")
    static let channel = JSONSchema.oneOf(Channel.self)

    /// A mustache template that is not blank.
    fileprivate static func templateText(_ length: ClosedRange<Int>, example: String) -> JSONSchema {
        .string(length, pattern: #"\S"#, example: example)
    }

    fileprivate static let subject = templateText(1...500, example: "Order {{orderId}} is confirmed")
    fileprivate static let textBody = templateText(1...100_000, example: "Thank you, {{name}}!")
    fileprivate static let htmlBody = templateText(1...100_000, example: "<p>Thank you, {{name}}!</p>")
}

extension NewTemplateBody {
    /// What the body is.
    static let schema = JSONSchema.object(
        "NewTemplate", .required("key", .templateKey, "The occasion; no two templates share it."),
        .optional("channel", JSONSchema.channel.orNull), .required("subject", .subject),
        .required("textBody", .textBody), .required("htmlBody", .htmlBody),
        note: "What customers are told on one occasion: three mustache templates.")
}

extension ChangedTemplateBody {
    /// What the body is.
    static let schema = JSONSchema.object(
        "ChangedTemplate", .optional("key", JSONSchema.templateKey.orNull, "Stays where it is not given."),
        .optional("channel", JSONSchema.channel.orNull, "Stays where it is not given."),
        .required("subject", .subject), .required("textBody", .textBody), .required("htmlBody", .htmlBody))
}

extension TemplateBody {
    /// What the answer is.
    static let schema = JSONSchema.object(
        "Template", .required("id", .uuid), .required("key", .templateKey), .required("channel", .channel),
        .required("subject", .string(example: "Order {{orderId}} is confirmed")),
        .required("textBody", .string(example: "Thank you, {{name}}!")),
        .required("htmlBody", .string(example: "<p>Thank you, {{name}}!</p>")), .required("createdAt", .timestamp),
        .required("updatedAt", .timestamp))
}

extension CustomerRecordBody {
    /// What the answer is.
    static let schema = JSONSchema.object(
        "CustomerRecord", .required("customerId", .uuid),
        .required("notifications", .array(of: NotificationBody.schema)),
        .required("texts", .array(of: HeldText.schema), "What messages say that were not handled."))
}
