import DomainKit
import JSON
import NotificationApplication
import NotificationDomain

/// `{"id", "key", "channel", "subject", "textBody", "htmlBody", "createdAt", "updatedAt"}`
struct TemplateBody: JSONEncodable {
    private let template: NotificationTemplate

    init(_ template: NotificationTemplate) { self.template = template }

    /// Where a page ends that ends with this template.
    var position: String { template.content.key.text }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("id", template.id)
            json.field("key", template.content.key)
            json.field("channel", template.content.channel)
            json.field("subject", template.content.subject)
            json.field("textBody", template.content.textBody)
            json.field("htmlBody", template.content.htmlBody)
            json.field("createdAt", template.createdAt)
            json.field("updatedAt", template.updatedAt)
        }
    }
}

/// `{"notificationId", "orderId", "template", "channel", "recipient", "subject", "body", "htmlBody", "status",
/// "reason", "attempts", "createdAt"}`: the message's parts are null where there was none, the reason where it was sent.
struct NotificationBody: JSONEncodable {
    private let notification: Notification

    init(_ notification: Notification) { self.notification = notification }

    /// Where a page ends that ends with this notification.
    var position: String { notification.id.description }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("notificationId", notification.id)
            json.field("orderId", notification.orderID)
            json.field("template", notification.template)
            json.field("channel", notification.channel)
            json.field("recipient", notification.recipient)
            json.field("subject", orNull: notification.message?.subject)
            json.field("body", orNull: notification.message?.text)
            json.field("htmlBody", orNull: notification.message?.html)
            json.field("status", notification.status.rawValue)
            json.field("reason", orNull: notification.reason)
            json.field("attempts", notification.attempts)
            json.field("createdAt", notification.createdAt)
        }
    }
}
