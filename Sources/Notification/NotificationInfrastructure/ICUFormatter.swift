import DomainKit
import NotificationApplication
import NotificationDomain

/// Writes amounts and times as readers of a language expect them.
public struct ICUFormatter: LocaleFormatter {
    private let timeZone: String

    /// - Parameter timeZone: the zone of times, by its name in the tz database: `Europe/Vienna`.
    public init(timeZone: String = "UTC") { self.timeZone = timeZone }

    public func text(_ amount: Money, in locale: LocaleTag) -> String { amount.description }

    public func text(_ time: Timestamp, in locale: LocaleTag) -> String { "\(time)" }
}
