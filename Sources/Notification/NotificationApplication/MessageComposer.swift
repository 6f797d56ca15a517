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
        guard let template = variants.first else { throw RenderingFailed(reason: "there is no such template") }
        guard case .order(let order, let reason) = occasion else {
            throw RenderingFailed(reason: "there is nothing to fill it with")
        }
        let message = try renderer.render(template.content, with: order.messageData(reason: reason))
        return ComposedMessage(message: message, locale: .english, templateVersion: 1)
    }
}

/// A message, and what it was made with.
public struct ComposedMessage: Sendable, Equatable {
    public let message: Message
    public let locale: LocaleTag
    /// The version of the template.
    public let templateVersion: Int

    public init(message: Message, locale: LocaleTag, templateVersion: Int) {
        self.message = message
        self.locale = locale
        self.templateVersion = templateVersion
    }
}
