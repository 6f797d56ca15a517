import DomainKit
import Formatting

/// Knows when it is what time where the shop is.
public struct ShopCalendar: Sendable, CustomStringConvertible {
    private let timeZone: TimeZoneName

    public init(_ timeZone: TimeZoneName) { self.timeZone = timeZone }

    /// The name of the time zone.
    public var description: String { timeZone.text }

    /// The first time after `time` at which clocks of the shop come to show `timeOfDay`, once on every day: also on one on
    /// which they skip it, or show it twice.
    public func next(_ timeOfDay: TimeOfDay, after time: Timestamp) -> Timestamp {
        timeZone.next(timeOfDay, after: time)
    }
}
