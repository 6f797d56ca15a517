import DomainKit
import Locking

/// Writes amounts and times as readers of a language expect them, by ICU (`docs/decisions/icu.md`).
///
/// A language is a tag of BCP 47 such as `de-AT`. One that ICU does not know gets what is common to all languages. Nothing
/// of ICU's data is read before the first text is asked for.
public final class LanguageFormatter: Sendable {
    /// More languages and currencies than a shop has at once; when there are more all the same, it starts afresh.
    private static let limit = 64

    private struct Formats {
        var amounts: [AmountKey: AmountFormat] = [:]
        var times: [String: TimeFormat] = [:]
    }

    private struct AmountKey: Hashable {
        let language: String
        let currency: Currency
    }

    private let timeZone: TimeZoneName
    /// To make a format takes far longer than to use it, and none may be used by two threads at once.
    private let formats = Mutex(Formats())

    /// - Parameter timeZone: the zone in which times are told.
    public init(timeZone: TimeZoneName = .utc) { self.timeZone = timeZone }

    /// Such as `€60.02` in English and `60,02 €` in German: exactly, with all decimals of the currency.
    public func text(_ amount: Money, in language: String) -> String {
        let key = AmountKey(language: language, currency: amount.currency)
        let number = amount.amount
        let text = formats.withLock { formats in
            if formats.amounts[key] == nil {
                if formats.amounts.count >= Self.limit { formats.amounts.removeAll() }
                formats.amounts[key] = AmountFormat(of: amount.currency, in: language)
            }
            return formats.amounts[key]?.text(number)
        }
        return text ?? amount.description
    }

    /// Day, minute and zone, such as `November 21, 2026 at 10:30 AM GMT+1`.
    public func text(_ time: Timestamp, in language: String) -> String {
        let text = formats.withLock { formats in
            if formats.times[language] == nil {
                if formats.times.count >= Self.limit { formats.times.removeAll() }
                formats.times[language] = TimeFormat(in: language, timeZone)
            }
            return formats.times[language]?.text(time)
        }
        return text ?? time.description
    }
}
