import DomainKit
import JSON
import NotificationDomain

/// Puts an occasion into words: chooses the template in the recipient's language and fills it.
public struct MessageComposer: Sendable {
    private let renderer: any MessageRenderer
    private let formatter: any LocaleFormatter
    private let defaultLocale: LocaleTag

    /// - Parameter defaultLocale: the language of recipients of whom none is known, and of default variants.
    public init(
        renderer: any MessageRenderer, formatter: any LocaleFormatter, defaultLocale: LocaleTag = .english
    ) {
        self.renderer = renderer
        self.formatter = formatter
        self.defaultLocale = defaultLocale
    }

    /// - Parameters:
    ///   - name: the recipient's name, where one is known.
    ///   - locale: their language, where one is known.
    ///   - variants: the templates of one key, in any order: one for each language.
    /// - Throws: ``RenderingFailed``, also where there is no variant.
    public func message(
        of occasion: Occasion, to name: String?, in locale: LocaleTag?, from variants: [NotificationTemplate]
    ) throws(RenderingFailed) -> ComposedMessage {
        guard let template = template(for: locale, from: variants) else {
            throw RenderingFailed(reason: "there is no such template")
        }
        let words = wording(of: template.content, for: locale)
        let message = try renderer.render(template.content, with: occasion.messageData(to: name, in: words))
        return ComposedMessage(message: message, locale: words.locale, templateVersion: template.version)
    }

    /// The variant in the recipient's language, then the one in the language of whoever said none, then the default one.
    func template(for locale: LocaleTag?, from variants: [NotificationTemplate]) -> NotificationTemplate? {
        let wanted = (locale?.fallbacks ?? []) + defaultLocale.fallbacks
        let found = wanted.lazy.compactMap { tag in variants.first { $0.content.locale == tag } }.first
        return found ?? variants.first { $0.content.locale == nil }
    }

    /// The language that the gaps of a template are filled in: that of its text, as it is written where the recipient
    /// lives. A German text tells a recipient in Austria of `€ 60,02`, and one in Japan of `60,02 €`.
    func wording(of content: TemplateContent, for locale: LocaleTag?) -> Wording {
        let written = content.locale ?? defaultLocale
        let spoken = [locale, defaultLocale].compactMap(\.self).first { $0.language == written.language }
        return Wording(locale: spoken ?? written, formatter: formatter)
    }

    /// The message that a template gives with `data`.
    func message(_ content: TemplateContent, with data: JSONValue) throws(RenderingFailed) -> Message {
        try renderer.render(content, with: data)
    }
}

/// A message, and what it was made with.
public struct ComposedMessage: Sendable, Equatable {
    public let message: Message
    /// The language that it is written in.
    public let locale: LocaleTag
    /// The version of the template.
    public let templateVersion: Int

    public init(message: Message, locale: LocaleTag, templateVersion: Int) {
        self.message = message
        self.locale = locale
        self.templateVersion = templateVersion
    }
}
