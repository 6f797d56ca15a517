import CICU

/// The name of a time zone of the tz database that there is, such as `Europe/Vienna`.
public struct TimeZoneName: Sendable, Hashable, CustomStringConvertible {
    public let text: String

    /// Nil where there is no such zone.
    public init?(_ text: String) {
        guard !text.isEmpty, !text.utf8.contains(0), tradewind_icu_is_time_zone(text) != 0 else { return nil }
        self.text = text
    }

    private init(known text: String) { self.text = text }

    public static let utc = TimeZoneName(known: "UTC")

    public var description: String { text }
}
