import DomainKit
import JSON

extension NotificationSent: DescribedEvent {
    public static let schema = JSONSchema.object(
        "NotificationSent", .required("notificationId", .uuid),
        .optional("orderId", .uuid, "Absent where it tells of no order, such as a digest."),
        .required("template", .string(example: "order-confirmed")), .required("channel", .string(example: "log")),
        note: "A notification was handed to its channel.")
}

extension NotificationFailed: DescribedEvent {
    public static let schema = JSONSchema.object(
        "NotificationFailed", .required("notificationId", .uuid),
        .optional("orderId", .uuid, "Absent where it tells of no order, such as a digest."),
        .required("reason", .string(example: "there is no template")),
        note: "A notification could not be delivered and will not be tried again.")
}
