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
