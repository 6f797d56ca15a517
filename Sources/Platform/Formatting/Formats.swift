import CICU
import DomainKit

/// Writes amounts of one currency in one language. Owns ICU's format and frees it; one thread at a time may use it.
final class AmountFormat {
    private let handle: UnsafeMutableRawPointer

    /// Nil where ICU cannot.
    init?(of currency: Currency, in language: String) {
        guard let locale = icuLocale(language),
            let handle = tradewind_icu_open_money(locale, currency.code, Int32(currency.decimals))
        else { return nil }
        self.handle = handle
    }

    deinit { tradewind_icu_close_money(handle) }

    /// - Parameter number: a decimal number such as `-12.50`.
    func text(_ number: String) -> String? {
        writtenByICU { tradewind_icu_write_money(handle, number, Int32(number.utf8.count), $0) }
    }
}

/// Writes times of one zone in one language. Owns ICU's format and frees it; one thread at a time may use it.
final class TimeFormat {
    private let handle: UnsafeMutableRawPointer

    /// Nil where ICU cannot.
    init?(in language: String, _ zone: TimeZoneName) {
        guard let locale = icuLocale(language), let handle = tradewind_icu_open_time(locale, zone.text) else {
            return nil
        }
        self.handle = handle
    }

    deinit { tradewind_icu_close_time(handle) }

    func text(_ time: Timestamp) -> String? {
        writtenByICU { tradewind_icu_write_time(handle, time.microseconds / 1_000, $0) }
    }
}

/// - Returns: what `write` leaves in the buffer that it is lent; nil where it says that it failed.
private func writtenByICU(_ write: (UnsafeMutablePointer<CChar>) -> Int32) -> String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(tradewind_icu_utf8_capacity)) { buffer in
        guard let start = buffer.baseAddress else { return nil }
        let length = Int(write(start))
        guard (0...buffer.count).contains(length) else { return nil }
        return String(decoding: UnsafeRawBufferPointer(start: start, count: length), as: UTF8.self)
    }
}

private func icuLocale(_ language: String) -> [CChar]? {
    var locale = [CChar](repeating: 0, count: Int(ULOC_FULLNAME_CAPACITY))
    return tradewind_icu_locale(language, &locale) == 0 ? nil : locale
}
