import JSON

/// A language, and where it matters a script and a country: `de`, `de-AT`, `zh-Hant-TW`.
///
/// Of BCP 47 (RFC 5646) the part `language["-"script]["-"region]`, written as the RFC recommends.
public struct LocaleTag: Sendable, Hashable {
    /// The tag in its usual letters, such as `de-AT`.
    public let text: String

    /// Takes any case, and `_` for `-`; nil where `text` is no such tag.
    public init?(_ text: String) {
        let parts = text.split(omittingEmptySubsequences: false) { $0 == "-" || $0 == "_" }.map(String.init)
        guard let language = parts.first, (2...3).contains(language.utf8.count), language.isOfLetters else {
            return nil
        }
        var tag = language.lowercased()
        var rest = parts.dropFirst()
        if let script = rest.first, script.utf8.count == 4, script.isOfLetters {
            tag += "-" + script.prefix(1).uppercased() + script.dropFirst().lowercased()
            rest = rest.dropFirst()
        }
        if let region = rest.first, region.isRegion {
            tag += "-" + region.uppercased()
            rest = rest.dropFirst()
        }
        guard rest.isEmpty else { return nil }
        self.text = tag
    }

    private init(known text: String) { self.text = text }

    /// English, where nothing else is set.
    public static let english = LocaleTag(known: "en")

    /// The tag itself, then what it falls back to: `zh-Hant-TW`, `zh-Hant`, `zh`.
    public var fallbacks: [LocaleTag] {
        let parts = text.split(separator: "-")
        return parts.indices.reversed().map { LocaleTag(known: parts[...$0].joined(separator: "-")) }
    }

    /// The language alone: `zh` of `zh-Hant-TW`.
    public var language: LocaleTag { LocaleTag(known: String(text.prefix { $0 != "-" })) }
}

extension String {
    fileprivate var isOfLetters: Bool { utf8.allSatisfy { (0x41...0x5A).contains($0 & 0xDF) } }

    /// Two letters (ISO 3166-1) or three digits (UN M.49).
    fileprivate var isRegion: Bool {
        utf8.count == 2 && isOfLetters || utf8.count == 3 && utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}

extension LocaleTag: CustomStringConvertible {
    public var description: String { text }
}

extension LocaleTag: JSONCodable {
    public init?(json: JSONReader) {
        guard case .string(let text) = json.value, let tag = LocaleTag(text) else {
            json.fault("must be a language tag such as \"de\" or \"de-AT\"")
            return nil
        }
        self = tag
    }

    public func write(to json: inout JSONWriter) { json.string(text) }
}
