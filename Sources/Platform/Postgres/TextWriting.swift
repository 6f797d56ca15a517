import DomainKit

/// Writes values in the text form that PostgreSQL reads, without making strings on the way.
extension [UInt8] {
    mutating func append(bigEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }

    mutating func append(decimal value: some BinaryInteger) {
        append(contentsOf: value.description.utf8)
    }

    mutating func append(id: EntityID) {
        for index in 0..<32 {
            if index == 8 || index == 12 || index == 16 || index == 20 { append(UInt8(ascii: "-")) }
            let half = index < 16 ? id.high : id.low
            let nibble = UInt8(truncatingIfNeeded: half >> UInt64(60 - 4 * (index % 16))) & 15
            append(nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10)
        }
    }

    /// `2026-11-21T09:50:26.123456Z`
    mutating func append(timestamp: Timestamp) {
        let microseconds = timestamp.microseconds
        // From the year 0 to the year 9999, which four digits hold; others are rare and may cost something.
        guard (-62_167_219_200_000_000..<253_402_300_800_000_000).contains(microseconds) else {
            return append(contentsOf: timestamp.description.utf8)
        }
        let sinceYearZero = microseconds + 62_167_219_200_000_000
        let (days, inDay) = sinceYearZero.quotientAndRemainder(dividingBy: 86_400_000_000)
        let (year, month, day) = civilDate(daysSinceYearZero: days)
        let (seconds, fraction) = inDay.quotientAndRemainder(dividingBy: 1_000_000)
        append(year, digits: 4, then: "-")
        append(month, digits: 2, then: "-")
        append(day, digits: 2, then: "T")
        append(seconds / 3600, digits: 2, then: ":")
        append(seconds / 60 % 60, digits: 2, then: ":")
        append(seconds % 60, digits: 2, then: ".")
        append(fraction, digits: 6, then: "Z")
    }

    private mutating func append(_ number: Int64, digits: Int, then separator: Unicode.Scalar) {
        var unit: Int64 = digits == 6 ? 100_000 : digits == 4 ? 1_000 : 10
        while unit > 0 {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / unit % 10))
            unit /= 10
        }
        append(UInt8(ascii: separator))
    }
}

/// The date in the proleptic Gregorian calendar, in years that begin in March, so that the leap day is the last
/// (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
private func civilDate(daysSinceYearZero days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    // 400 years ahead keep January and February of the year 0 positive; March begins 60 days later.
    let shifted = days - 60 + 146_097
    let (era, dayOfEra) = shifted.quotientAndRemainder(dividingBy: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = yearOfEra + (era - 1) * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
}
