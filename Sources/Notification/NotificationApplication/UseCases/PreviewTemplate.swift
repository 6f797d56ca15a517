import DomainKit
import JSON
import NotificationDomain

/// Shows what a template gives, also with texts that are not kept yet. It changes nothing.
public struct PreviewTemplate: Sendable {
    /// What is to be shown.
    public struct Wish: Sendable, Equatable {
        /// An object whose members stand in place of those of the sample; nil for the sample as it is.
        public let data: JSONValue?
        /// The language of who reads it; nil for that of the template.
        public let locale: LocaleTag?
        /// Nil for the newest.
        public let version: Int?
        /// The texts that stand in place of the template's own, where they are not nil.
        public let subject: String?
        public let textBody: String?
        public let htmlBody: String?

        public init(
            data: JSONValue? = nil, locale: LocaleTag? = nil, version: Int? = nil, subject: String? = nil,
            textBody: String? = nil, htmlBody: String? = nil
        ) {
            self.data = data
            self.locale = locale
            self.version = version
            self.subject = subject
            self.textBody = textBody
            self.htmlBody = htmlBody
        }
    }

    /// What a reader would see.
    public struct Preview: Sendable, Equatable {
        public let message: Message
        public let locale: LocaleTag
    }

    private let catalog: any TemplateCatalog
    private let check: CheckTemplate
    private let composer: MessageComposer

    public init(_ catalog: any TemplateCatalog, check: CheckTemplate, composer: MessageComposer) {
        self.catalog = catalog
        self.check = check
        self.composer = composer
    }

    /// - Returns: nil where there is no such template.
    /// - Throws: ``TemplateFaults`` where a text cannot be used, data is not of the shape that the texts are filled with, or
    ///   there is no such version.
    public func callAsFunction(_ id: EntityID, _ wish: Wish) async throws -> Preview? {
        guard let template = try await catalog.template(id) else { return nil }
        let content = try await content(of: template, wish)
        let wording = composer.wording(of: content, for: wish.locale)
        let data = try content.key.sample.messageData(in: wording).replacing(wish.data)
        let faults =
            check(subject: content.subject, textBody: content.textBody, htmlBody: content.htmlBody, of: content.key)
            + content.key.messageShape.faults(in: data, at: "/data")
        guard faults.isEmpty else { throw TemplateFaults(faults) }
        do {
            return Preview(message: try composer.message(content, with: data), locale: wording.locale)
        } catch {
            throw TemplateFaults([JSONFault(pointer: "", detail: "cannot be filled: \(error.reason)")])
        }
    }

    private func content(of template: NotificationTemplate, _ wish: Wish) async throws -> TemplateContent {
        let present = template.content
        var texts = (subject: present.subject, textBody: present.textBody, htmlBody: present.htmlBody)
        if let number = wish.version, number != template.version {
            guard let version = try await catalog.version(number, of: template.id) else {
                throw TemplateFaults([JSONFault(pointer: "/version", detail: "must be a version that there is")])
            }
            texts = (version.subject, version.textBody, version.htmlBody)
        }
        return TemplateContent(
            key: present.key, locale: present.locale, channel: present.channel,
            subject: wish.subject ?? texts.subject, textBody: wish.textBody ?? texts.textBody,
            htmlBody: wish.htmlBody ?? texts.htmlBody)
    }
}

extension JSONValue {
    /// The same object with the members of another in place of its own.
    fileprivate func replacing(_ other: JSONValue?) throws(TemplateFaults) -> JSONValue {
        guard let other else { return self }
        guard case .object(let own) = self, case .object(let others) = other else {
            throw TemplateFaults([JSONFault(pointer: "/data", detail: "must be an object")])
        }
        return .object(own.merging(others) { $1 })
    }
}
