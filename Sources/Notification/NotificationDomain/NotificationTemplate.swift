import DomainKit

/// What customers are told on one occasion, with gaps that an order fills.
public struct NotificationTemplate: Sendable, Equatable {
    public let id: EntityID
    public let content: TemplateContent
    public let createdAt: Timestamp
    public let updatedAt: Timestamp

    public init(id: EntityID, content: TemplateContent, createdAt: Timestamp, updatedAt: Timestamp) {
        self.id = id
        self.content = content
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// A new template, made at `time`.
    public init(_ content: TemplateContent, at time: Timestamp) {
        self.init(id: .v7(at: time), content: content, createdAt: time, updatedAt: time)
    }

    /// The same template with other content since `time`.
    public func changed(to content: TemplateContent, at time: Timestamp) -> NotificationTemplate {
        NotificationTemplate(id: id, content: content, createdAt: createdAt, updatedAt: time)
    }
}

/// What a template's author decides.
public struct TemplateContent: Sendable, Equatable {
    /// The occasion; no two templates share it.
    public let key: TemplateKey
    public let channel: Channel
    /// The mustache text of the subject.
    public let subject: String
    /// The mustache text of the body in plain text.
    public let textBody: String
    /// The mustache text of the body in HTML.
    public let htmlBody: String

    public init(key: TemplateKey, channel: Channel, subject: String, textBody: String, htmlBody: String) {
        self.key = key
        self.channel = channel
        self.subject = subject
        self.textBody = textBody
        self.htmlBody = htmlBody
    }
}
