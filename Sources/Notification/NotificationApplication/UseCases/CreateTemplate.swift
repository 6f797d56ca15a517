import DomainKit
import NotificationDomain

/// Adds a template.
public struct CreateTemplate: Sendable {
    /// What the template is to be; without a channel it has that of its key, and the log where it is the first.
    public struct Draft: Sendable, Equatable {
        public let variant: TemplateVariant
        public let channel: Channel?
        public let subject: String
        public let textBody: String
        public let htmlBody: String

        public init(
            _ variant: TemplateVariant, channel: Channel?, subject: String, textBody: String, htmlBody: String
        ) {
            self.variant = variant
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

    /// - Throws: ``TemplateFaults`` where a text cannot be used; ``TemplateKeyTaken``; ``VariantRefused``.
    public func callAsFunction(_ draft: Draft, in work: any UnitOfWork) async throws -> NotificationTemplate {
        let others = try await templates.claim(draft.variant.key, in: work)
        let content = TemplateContent(
            key: draft.variant.key, locale: draft.variant.locale,
            channel: draft.channel ?? others.first?.content.channel ?? .log, subject: draft.subject,
            textBody: draft.textBody, htmlBody: draft.htmlBody)
        try check(content)
        try content.mustFit(beside: others)
        let template = NotificationTemplate(content, at: work.now)
        try await templates.add(template, in: work)
        return template
    }
}

extension TemplateContent {
    /// - Parameter others: the other variants of its key.
    func mustFit(beside others: [NotificationTemplate]) throws {
        guard !others.contains(where: { $0.content.locale == locale }) else { throw TemplateKeyTaken(variant) }
        guard locale != nil else { return }
        guard let standard = others.first(where: { $0.content.locale == nil }) else {
            throw VariantRefused.withoutDefault(key)
        }
        guard standard.content.channel == channel else {
            throw VariantRefused.otherChannel(key, standard.content.channel)
        }
    }
}
