import DomainKit
import NotificationDomain

/// A language, and how it writes amounts and times.
struct Wording: Sendable {
    let locale: LocaleTag
    let formatter: any LocaleFormatter

    func text(_ amount: Money) -> String { formatter.text(amount, in: locale) }

    func text(_ time: Timestamp) -> String { formatter.text(time, in: locale) }
}
