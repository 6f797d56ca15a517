import DomainKit

/// Reads values as PostgreSQL writes them in text format, with `DateStyle` ISO and `TimeZone` UTC.
enum TextFormat {
    static func integer(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        var digits = text[...]
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative { digits = digits.dropFirst() }
        guard !digits.isEmpty else { return nil }
        var value: Int64 = 0
        for byte in digits {
            guard let digit = digit(byte) else { return nil }
            let (shifted, tooWide) = value.multipliedReportingOverflow(by: 10)
            // Counting downwards lets the most negative number through.
            let (next, tooLow) = shifted.subtractingReportingOverflow(digit)
            if tooWide || tooLow { return nil }
            value = next
        }
        if isNegative { return value }
        return value == .min ? nil : -value
    }

    /// `019396ae-5d2f-7c1e-8a3b-0123456789ab`
    static func id(_ text: UnsafeBufferPointer<UInt8>) -> EntityID? {
        guard text.count == 36 else { return nil }
        var (high, low): (UInt64, UInt64) = (0, 0)
        for index in 0..<36 where index != 8 && index != 13 && index != 18 && index != 23 {
            guard let nibble = nibble(text[index]) else { return nil }
            if index < 18 { high = high << 4 | UInt64(nibble) } else { low = low << 4 | UInt64(nibble) }
        }
        return EntityID(high: high, low: low)
    }

    static func bool(_ text: UnsafeBufferPointer<UInt8>) -> Bool? {
        guard text.count == 1 else { return nil }
        switch text[0] {
        case UInt8(ascii: "t"): return true
        case UInt8(ascii: "f"): return false
        default: return nil
        }
    }

    /// `\x48656c6c6f`
    static func bytes(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard text.count >= 2, text.count % 2 == 0, text[0] == UInt8(ascii: "\\"), text[1] == UInt8(ascii: "x") else {
            return nil
        }
        let count = text.count / 2 - 1
        var isHex = true
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { bytes, initialized in
            for index in 0..<count {
                guard let high = nibble(text[2 * index + 2]), let low = nibble(text[2 * index + 3]) else {
                    isHex = false
                    break
                }
                bytes[index] = high << 4 | low
                initialized = index + 1
            }
        }
        return isHex ? bytes : nil
    }

    /// `2026-11-21 09:50:26.123456+00`
    static func timestamp(_ text: UnsafeBufferPointer<UInt8>) -> Timestamp? {
        guard text.count >= 22, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
            text[10] == UInt8(ascii: " "), text[13] == UInt8(ascii: ":"), text[16] == UInt8(ascii: ":"),
            let year = number(text[0..<4]), let month = number(text[5..<7]), let day = number(text[8..<10]),
            let hour = number(text[11..<13]), let minute = number(text[14..<16]), let second = number(text[17..<19])
        else { return nil }
        var microseconds: Int64 = 0
        var index = 19
        if text[index] == UInt8(ascii: ".") {
            index += 1
            var unit: Int64 = 100_000
            while index < text.count, let digit = digit(text[index]) {
                microseconds += digit * unit
                unit /= 10
                index += 1
            }
        }
        // The session's time zone is UTC; anything else, or the suffix BC, is not what was asked for.
        guard index + 3 == text.count, text[index] == UInt8(ascii: "+"), number(text[(index + 1)...]) == 0 else {
            return nil
        }
        let seconds = (((days(year, month, day) * 24) + hour) * 60 + minute) * 60 + second
        return Timestamp(microseconds: seconds * 1_000_000 + microseconds)
    }

    /// Days since 1970-01-01 in the proleptic Gregorian calendar, counted in 400-year eras that begin in March.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func number(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Int64? {
        var value: Int64 = 0
        for byte in text {
            guard let digit = digit(byte) else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    private static func digit(_ byte: UInt8) -> Int64? {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") ? Int64(byte - UInt8(ascii: "0")) : nil
    }

    static func nibble(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
