/// Which template: its key, and the language where it is not the default variant. No two templates share it.
public struct TemplateVariant: Sendable, Hashable {
    public let key: TemplateKey
    public let locale: LocaleTag?

    public init(key: TemplateKey, locale: LocaleTag?) {
        self.key = key
        self.locale = locale
    }

    /// Reads what ``description`` writes; nil where `text` is anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let key = parts.first.flatMap({ TemplateKey($0) }) else { return nil }
        let locale = parts.count == 2 ? LocaleTag(parts[1]) : nil
        guard parts.count == 1 || locale != nil else { return nil }
        self.init(key: key, locale: locale)
    }
}

extension TemplateVariant: CustomStringConvertible {
    /// `order-confirmed`, or with a language `order-confirmed/de`.
    public var description: String { locale.map { "\(key)/\($0)" } ?? key.text }
}
