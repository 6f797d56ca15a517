import DomainKit
import JSON
import NotificationDomain

/// `{"notificationId", "orderId", "customerId", "template", "channel", "recipient", "locale", "templateVersion", "subject",
/// "body", "htmlBody", "status", "reason", "attempts", "createdAt", "sentAt"}`: the message's parts are null where there
/// was none, the reason where it was sent.
struct NotificationBody: JSONEncodable {
    private let notification: Notification

    init(_ notification: Notification) { self.notification = notification }

    /// Where a page ends that ends with this notification.
    var position: String { notification.id.description }

    func write(to json: inout JSONWriter) { json.object { writeMembers(to: &$0) } }

    fileprivate func writeMembers(to json: inout JSONWriter) {
        json.field("notificationId", notification.id)
        json.field("orderId", orNull: notification.orderID)
        json.field("customerId", orNull: notification.customerID)
        json.field("template", notification.template)
        json.field("channel", notification.channel)
        json.field("recipient", notification.recipient)
        json.field("locale", orNull: notification.locale)
        json.field("templateVersion", orNull: notification.templateVersion)
        json.field("subject", orNull: notification.message?.subject)
        json.field("body", orNull: notification.message?.text)
        json.field("htmlBody", orNull: notification.message?.html)
        json.field("status", notification.status.rawValue)
        json.field("reason", orNull: notification.reason)
        json.field("attempts", notification.attempts)
        json.field("createdAt", notification.createdAt)
        json.field("sentAt", orNull: notification.sentAt)
    }
}

/// ``NotificationBody`` with `"history"`, every attempt, oldest first.
struct NotificationDetailBody: JSONEncodable {
    private let notification: Notification
    private let attempts: [DeliveryAttempt]

    init(_ notification: Notification, attempts: [DeliveryAttempt]) {
        self.notification = notification
        self.attempts = attempts
    }

    func write(to json: inout JSONWriter) {
        json.object { json in
            NotificationBody(notification).writeMembers(to: &json)
            json.field("history", attempts.map(AttemptBody.init))
        }
    }
}

/// `{"number", "round", "at", "durationMs", "channel", "outcome", "detail"}`
private struct AttemptBody: JSONEncodable {
    let attempt: DeliveryAttempt

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("number", attempt.number)
            json.field("round", attempt.round)
            json.field("at", attempt.at)
            json.field("durationMs", Int(attempt.duration / .milliseconds(1)))
            json.field("channel", attempt.channel)
            json.field("outcome", attempt.outcome.rawValue)
            json.field("detail", orNull: attempt.detail)
        }
    }
}

extension NotificationBody {
    /// What the answer is.
    static let schema = JSONSchema.object(
        "Notification", .required("notificationId", .uuid),
        .required("orderId", JSONSchema.uuid.orNull, "Null where it tells of no order, such as a digest."),
        .required("customerId", JSONSchema.uuid.orNull, "Null where it is for the operator."),
        .required("template", .templateKey),
        .required("channel", .channel, "Once it was sent, the way by which that was really done."),
        .required(
            "recipient", .string(example: "ada@example.com"), "The address, `customer:` and the id, or `operator`."),
        .required("locale", JSONSchema.string(example: "en").orNull, "The language of the message."),
        .required("templateVersion", JSONSchema.integer(1...Int.max, example: 1).orNull),
        .required("subject", JSONSchema.string(example: "Your order is confirmed").orNull),
        .required("body", JSONSchema.string(example: "Thank you, Ada!").orNull),
        .required("htmlBody", JSONSchema.string(example: "<p>Thank you, Ada!</p>").orNull),
        .required("status", .oneOf(Notification.Status.self)),
        .required(
            "reason", JSONSchema.string(example: "text").orNull,
            "Why it was not sent, and while it is Pending, why the last attempt failed; null otherwise."),
        .required("attempts", .integer(0...Int.max, example: 1), "How often it was handed to a channel."),
        .required("createdAt", .timestamp), .required("sentAt", JSONSchema.timestamp.orNull, "When it was last sent."))
}

extension NotificationDetailBody {
    /// What the answer is.
    static let schema = JSONSchema(
        .object(
            NotificationBody.schema.members + [
                .required("history", .array(of: AttemptBody.schema), "Every attempt to deliver it, oldest first.")
            ]), name: "NotificationDetail")
}

extension AttemptBody {
    fileprivate static let schema = JSONSchema.object(
        "DeliveryAttempt", .required("number", .integer(1...Int.max, example: 1)),
        .required("round", .integer(0...Int.max, example: 0), "How often it had been sent again on purpose."),
        .required("at", .timestamp), .required("durationMs", .integer(0...Int.max, example: 12)),
        .required("channel", .channel),
        .required(
            "outcome", .oneOf(DeliveryAttempt.Outcome.self),
            "`Deferred`: not taken, and tried again. `Failed`: not taken, and not tried again."),
        .required("detail", JSONSchema.string(example: "text").orNull, "Why it was not taken."))
}
