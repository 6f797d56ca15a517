import DomainKit
import Formatting
import NotificationApplication
import NotificationDomain

/// Writes amounts and times as readers of a language expect them, by ICU.
public struct ICUFormatter: LocaleFormatter {
    private let formatter: LanguageFormatter

    /// - Parameter timeZone: the zone in which times are told.
    public init(timeZone: TimeZoneName = .utc) { formatter = LanguageFormatter(timeZone: timeZone) }

    public func text(_ amount: Money, in locale: LocaleTag) -> String { formatter.text(amount, in: locale.text) }

    public func text(_ time: Timestamp, in locale: LocaleTag) -> String { formatter.text(time, in: locale.text) }
}
