import DomainKit
import JSON
import NotificationDomain

extension JSONSchema {
    static let templateKey = JSONSchema.string(
        1...TemplateKey.maximumLength, pattern: "^[a-z0-9]+(-[a-z0-9]+)*$", example: "order-confirmed")
    static let channel = JSONSchema.oneOf(Channel.self)
    static let locale = JSONSchema.string(
        2...11, pattern: "^[A-Za-z]{2,3}([_-][A-Za-z]{4})?([_-]([A-Za-z]{2}|[0-9]{3}))?$", example: "de")

    /// A mustache template that is not blank.
    fileprivate static func templateText(_ length: ClosedRange<Int>, example: String) -> JSONSchema {
        .string(length, pattern: #"\S"#, example: example)
    }

    fileprivate static let subject = templateText(1...500, example: "Order {{orderId}} is confirmed")
    fileprivate static let textBody = templateText(1...100_000, example: "Thank you, {{customerName}}!")
    fileprivate static let htmlBody = templateText(1...100_000, example: "<p>Thank you, {{customerName}}!</p>")
}

extension NewTemplateBody {
    /// What the body is.
    static let schema = JSONSchema.object(
        "NewTemplate", .required("key", .templateKey, "The occasion."),
        .optional(
            "locale", JSONSchema.locale.orNull,
            "The language of the texts; without one it is for everybody whose language has none. No two templates share "
                + "key and locale."),
        .optional("channel", JSONSchema.channel.orNull, "That of its key where it is not given, else `log`."),
        .required("subject", .subject), .required("textBody", .textBody), .required("htmlBody", .htmlBody),
        note: "What customers are told on one occasion: three mustache templates.")
}

extension ChangedTemplateBody {
    /// What the body is.
    static let schema = JSONSchema.object(
        "ChangedTemplate", .optional("key", JSONSchema.templateKey.orNull, "Stays where it is not given."),
        .optional("locale", JSONSchema.locale.orNull, "Stays where it is not given."),
        .optional("channel", JSONSchema.channel.orNull, "Stays where it is not given."),
        .required("subject", .subject), .required("textBody", .textBody), .required("htmlBody", .htmlBody))
}

extension TemplateBody {
    /// Where the names stand that a text can use.
    static let variables = """
        The texts are mustache. A name that the occasion does not have, or not at that place, is refused with line and
        column: docs/notifications.md lists them all.
        """

    /// What the answer is.
    static let schema = JSONSchema.object(
        "Template", .required("id", .uuid), .required("key", .templateKey),
        .required("locale", JSONSchema.locale.orNull, "The language; null of the default variant."),
        .required("version", .integer(1...Int(Int32.max), example: 1), "1, and one more with every change."),
        .required("channel", .channel), .required("subject", .string(example: "Order {{orderId}} is confirmed")),
        .required("textBody", .string(example: "Thank you, {{customerName}}!")),
        .required("htmlBody", .string(example: "<p>Thank you, {{customerName}}!</p>")),
        .required("createdAt", .timestamp), .required("updatedAt", .timestamp))
}

extension TemplateVersionBody {
    /// What the answer is.
    static let schema = JSONSchema.object(
        "TemplateVersion", .required("version", .integer(1...Int(Int32.max), example: 1)),
        .required("channel", .channel), .required("subject", .string(example: "Order {{orderId}} is confirmed")),
        .required("textBody", .string(example: "Thank you, {{customerName}}!")),
        .required("htmlBody", .string(example: "<p>Thank you, {{customerName}}!</p>")),
        .required("validFrom", .timestamp, "It ends with the next version."))
}

extension PreviewTemplateBody {
    /// What the body is.
    static let schema = JSONSchema.object(
        "PreviewTemplate",
        .optional(
            "data", JSONSchema(.object([]), example: .object(["customerName": "Zoë"])).orNull,
            "Members in place of those of the sample."),
        .optional("locale", JSONSchema.locale.orNull, "The reader's language."),
        .optional("version", JSONSchema.integer(1...Int(Int32.max), example: 1).orNull, "The newest if not given."),
        .optional("subject", JSONSchema.subject.orNull), .optional("textBody", JSONSchema.textBody.orNull),
        .optional("htmlBody", JSONSchema.htmlBody.orNull))
}

extension TemplatePreviewBody {
    /// What the answer is.
    static let schema = JSONSchema.object(
        "TemplatePreview", .required("subject", .string(example: "Order 42 is confirmed")),
        .required("textBody", .string(example: "Thank you, Zoë!")),
        .required("htmlBody", .string(example: "<p>Thank you, Zoë!</p>")),
        .required("locale", .locale, "The language in which amounts and times are written."))
}
