/// What a clock shows, to the minute, such as `06:00`.
public struct TimeOfDay: Sendable, Hashable {
    public let hour: Int
    public let minute: Int

    /// Nil unless there is such a time.
    public init?(hour: Int, minute: Int) {
        guard (0..<24).contains(hour), (0..<60).contains(minute) else { return nil }
        self.hour = hour
        self.minute = minute
    }

    /// A full hour; one beyond the day is taken for one within it.
    public init(hour: Int) {
        self.hour = (hour % 24 + 24) % 24
        minute = 0
    }

    /// Reads hours and minutes with two digits each: `06:00`. Nil where the text is anything else.
    public init?(_ text: String) {
        let digits = Array(text.utf8)
        guard digits.count == 5, digits[2] == UInt8(ascii: ":"), !text.contains("+"), !text.contains("-"),
            let hour = Int(text.prefix(2)), let minute = Int(text.suffix(2))
        else { return nil }
        self.init(hour: hour, minute: minute)
    }
}

extension TimeOfDay: CustomStringConvertible {
    /// Such as `06:00`.
    public var description: String { [hour, minute].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":") }
}
