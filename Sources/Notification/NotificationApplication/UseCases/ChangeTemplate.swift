import DomainKit
import NotificationDomain

/// Changes a template. What has been sent keeps the words with which it was sent.
public struct ChangeTemplate: Sendable {
    /// What the template is to be; key, language and channel stay as they are where they are nil.
    public struct Change: Sendable, Equatable {
        public let key: TemplateKey?
        public let locale: LocaleTag?
        public let channel: Channel?
        public let subject: String
        public let textBody: String
        public let htmlBody: String

        public init(
            key: TemplateKey?, locale: LocaleTag?, channel: Channel?, subject: String, textBody: String,
            htmlBody: String
        ) {
            self.key = key
            self.locale = locale
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
    /// - Throws: ``TemplateFaults`` where a text cannot be used; ``TemplateKeyTaken``; ``VariantRefused``.
    public func callAsFunction(
        _ id: EntityID, to change: Change, in work: any UnitOfWork,
        if allow: @Sendable (NotificationTemplate) throws -> Void = { _ in }
    ) async throws -> NotificationTemplate? {
        guard let present = try await templates.lock(id, in: work) else { return nil }
        try allow(present)
        let content = present.content.changed(by: change)
        try check(content)
        guard content != present.content else { return present }
        let others = try await templates.claim(content.key, in: work).filter { $0.id != id }
        if content.variant == present.content.variant {
            try await carryOver(content, to: others, in: work)
        } else {
            try await mustBeFree(present, in: work)
            try content.mustFit(beside: others)
        }
        let changed = present.changed(to: content, at: work.now)
        try await templates.save(changed, in: work)
        return changed
    }

    /// The channel of the default variant is that of all.
    private func carryOver(
        _ content: TemplateContent, to others: [NotificationTemplate], in work: any UnitOfWork
    ) async throws {
        guard content.locale == nil else {
            guard let standard = others.first(where: { $0.content.locale == nil }),
                standard.content.channel != content.channel
            else { return }
            throw VariantRefused.otherChannel(content.key, standard.content.channel)
        }
        for other in others where other.content.channel != content.channel {
            let moved = other.changed(to: other.content.delivered(by: content.channel), at: work.now)
            try await templates.save(moved, in: work)
        }
    }

    /// - Throws: ``VariantRefused`` where it is a default variant that others need.
    private func mustBeFree(_ template: NotificationTemplate, in work: any UnitOfWork) async throws {
        guard template.content.locale == nil else { return }
        let variants = try await templates.claim(template.content.key, in: work)
        guard variants.count <= 1 else { throw VariantRefused.neededByOthers(template.content.key) }
    }
}

extension TemplateContent {
    fileprivate func changed(by change: ChangeTemplate.Change) -> TemplateContent {
        TemplateContent(
            key: change.key ?? key, locale: change.locale ?? locale, channel: change.channel ?? channel,
            subject: change.subject, textBody: change.textBody, htmlBody: change.htmlBody)
    }
}
