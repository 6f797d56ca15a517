import DomainKit
import Formatting

/// Knows when it is what time where the shop is.
public struct ShopCalendar: Sendable, CustomStringConvertible {
    private let timeZone: TimeZoneName

    /// - Parameter name: a time zone of the tz database, such as `Europe/Vienna`. Nil where there is no such zone.
    public init?(timeZone name: String) {
        guard let timeZone = TimeZoneName(name) else { return nil }
        self.timeZone = timeZone
    }

    private init(_ timeZone: TimeZoneName) { self.timeZone = timeZone }

    public static let utc = ShopCalendar(.utc)

    /// The name of the time zone.
    public var description: String { timeZone.text }

    /// The first time after `time` at which clocks of the shop come to show `timeOfDay`, once on every day: also on one on
    /// which they skip it, or show it twice.
    public func next(_ timeOfDay: TimeOfDay, after time: Timestamp) -> Timestamp {
        timeZone.next(timeOfDay, after: time)
    }
}
