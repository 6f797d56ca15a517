import DomainKit
import NotificationDomain

/// Changes a template. What has been sent keeps the words with which it was sent.
public struct ChangeTemplate: Sendable {
    /// What the template is to be; key and channel stay as they are where they are nil.
    public struct Change: Sendable, Equatable {
        public let key: TemplateKey?
        public let channel: Channel?
        public let subject: String
        public let textBody: String
        public let htmlBody: String

        public init(key: TemplateKey?, channel: Channel?, subject: String, textBody: String, htmlBody: String) {
            self.key = key
            self.channel = channel
            self.subject = subject
            self.textBody = textBody
            self.htmlBody = htmlBody
        }
    }

    private let templates: any TemplateRepository
    private let check: CheckTemplate

    public init(_ templates: any TemplateRepository, check: CheckTemplate) {
        self.templates = templates
        self.check = check
    }

    /// - Parameter allow: throws where the template, as it is before, must not be changed. Nobody else changes it meanwhile.
    /// - Returns: the template as it is now; nil where there is none.
    /// - Throws: `JSONFaults` where a text is no template; ``TemplateKeyTaken``.
    public func callAsFunction(
        _ id: EntityID, to change: Change, in work: any UnitOfWork,
        if allow: @Sendable (NotificationTemplate) throws -> Void = { _ in }
    ) async throws -> NotificationTemplate? {
        guard let present = try await templates.lock(id, in: work) else { return nil }
        try allow(present)
        let content = TemplateContent(
            key: change.key ?? present.content.key, channel: change.channel ?? present.content.channel,
            subject: change.subject, textBody: change.textBody, htmlBody: change.htmlBody)
        try check(content)
        guard content != present.content else { return present }
        let changed = present.changed(to: content, at: work.now)
        try await templates.save(changed, in: work)
        return changed
    }
}
