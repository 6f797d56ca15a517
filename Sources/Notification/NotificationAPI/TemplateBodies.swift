import DomainKit
import JSON
import NotificationApplication
import NotificationDomain

/// `{"id", "key", "locale", "version", "channel", "subject", "textBody", "htmlBody", "createdAt", "updatedAt"}`
struct TemplateBody: JSONEncodable {
    private let template: NotificationTemplate

    init(_ template: NotificationTemplate) { self.template = template }

    /// Where a page ends that ends with this template.
    var position: String { template.content.variant.description }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("id", template.id)
            json.field("key", template.content.key)
            json.field("locale", orNull: template.content.locale)
            json.field("version", template.version)
            json.field("channel", template.content.channel)
            json.field("subject", template.content.subject)
            json.field("textBody", template.content.textBody)
            json.field("htmlBody", template.content.htmlBody)
            json.field("createdAt", template.createdAt)
            json.field("updatedAt", template.updatedAt)
        }
    }
}

/// `{"version", "channel", "subject", "textBody", "htmlBody", "validFrom"}`
struct TemplateVersionBody: JSONEncodable {
    private let version: TemplateVersion

    init(_ version: TemplateVersion) { self.version = version }

    /// Where a page ends that ends with this version.
    var position: String { String(version.version) }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("version", version.version)
            json.field("channel", version.channel)
            json.field("subject", version.subject)
            json.field("textBody", version.textBody)
            json.field("htmlBody", version.htmlBody)
            json.field("validFrom", version.validFrom)
        }
    }
}

/// `{"subject", "textBody", "htmlBody", "locale"}`
struct TemplatePreviewBody: JSONEncodable {
    private let preview: PreviewTemplate.Preview

    init(_ preview: PreviewTemplate.Preview) { self.preview = preview }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("subject", preview.message.subject)
            json.field("textBody", preview.message.text)
            json.field("htmlBody", preview.message.html)
            json.field("locale", preview.locale)
        }
    }
}
