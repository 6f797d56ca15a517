import DomainKit

/// What customers are told on one occasion, with gaps that the occasion fills.
public struct NotificationTemplate: Sendable, Equatable {
    public let id: EntityID
    public let content: TemplateContent
    /// 1 when it is made, and one more with every change.
    public let version: Int
    public let createdAt: Timestamp
    public let updatedAt: Timestamp

    public init(
        id: EntityID, content: TemplateContent, version: Int, createdAt: Timestamp, updatedAt: Timestamp
    ) {
        self.id = id
        self.content = content
        self.version = version
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// A new template, made at `time`.
    public init(_ content: TemplateContent, at time: Timestamp) {
        self.init(id: .v7(at: time), content: content, version: 1, createdAt: time, updatedAt: time)
    }

    /// The same template with other content since `time`.
    public func changed(to content: TemplateContent, at time: Timestamp) -> NotificationTemplate {
        NotificationTemplate(id: id, content: content, version: version + 1, createdAt: createdAt, updatedAt: time)
    }
}

/// What a template's author decides.
public struct TemplateContent: Sendable, Equatable {
    /// The occasion; all templates of one key are variants of each other, and share their channel.
    public let key: TemplateKey
    /// The language that the texts are written in; nil of the default variant, which is for everybody whose language has
    /// none of its own. No two templates share key and locale.
    public let locale: LocaleTag?
    public let channel: Channel
    /// The mustache text of the subject.
    public let subject: String
    /// The mustache text of the body in plain text.
    public let textBody: String
    /// The mustache text of the body in HTML.
    public let htmlBody: String

    public init(
        key: TemplateKey, locale: LocaleTag? = nil, channel: Channel, subject: String, textBody: String,
        htmlBody: String
    ) {
        self.key = key
        self.locale = locale
        self.channel = channel
        self.subject = subject
        self.textBody = textBody
        self.htmlBody = htmlBody
    }

    public var variant: TemplateVariant { TemplateVariant(key: key, locale: locale) }

    /// The same by another channel.
    public func delivered(by channel: Channel) -> TemplateContent {
        TemplateContent(
            key: key, locale: locale, channel: channel, subject: subject, textBody: textBody, htmlBody: htmlBody)
    }
}
