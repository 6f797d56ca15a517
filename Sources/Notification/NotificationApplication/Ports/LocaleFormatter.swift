import DomainKit
import NotificationDomain

/// Writes amounts and times as readers of a language expect them. Does no I/O.
public protocol LocaleFormatter: Sendable {
    /// Such as `€60.02` in English and `60,02 €` in German.
    func text(_ amount: Money, in locale: LocaleTag) -> String

    /// Day and minute, and the time zone.
    func text(_ time: Timestamp, in locale: LocaleTag) -> String
}
