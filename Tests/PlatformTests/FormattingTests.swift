import DomainKit
import Formatting
import Testing

/// ICU's data changes from version to version: spaces are compared as spaces, and dates by their parts.
@Suite struct FormattingTests {
    private let formatter = LanguageFormatter()

    private func money(_ amount: String, _ currency: String) throws -> Money {
        try Money(amount: amount, currency: try #require(Currency(currency)))
    }

    /// Every space as U+0020, and without the marks that say in which direction to read.
    private func plain(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.compactMap { scalar in
                    switch scalar.value {
                    case 0xA0, 0x202F, 0x2009: " "
                    case 0x200E, 0x200F, 0x061C: nil
                    default: scalar
                    }
                }))
    }

    @Test(arguments: [
        ("en", "60.02", "EUR", "€60.02"), ("en", "1234567.89", "USD", "$1,234,567.89"),
        ("de", "60.02", "EUR", "60,02 €"), ("de", "-1234.50", "EUR", "-1.234,50 €"),
        ("de-AT", "60.02", "EUR", "€ 60,02"), ("fr", "1234.50", "EUR", "1 234,50 €"),
        ("ja", "1999", "JPY", "￥1,999"), ("en", "1999", "JPY", "¥1,999"), ("de", "0.005", "KWD", "0,005 KWD"),
        ("en", "0.00", "USD", "$0.00"), ("ar", "60.02", "EUR", "٦٠٫٠٢ €"),
        // Beyond what a floating-point number holds exactly.
        ("en", "92233720368547758.07", "EUR", "€92,233,720,368,547,758.07"),
        // ICU's data would leave the fils out, and ISO 4217 does not.
        ("en", "1500.555", "IQD", "IQD 1,500.555"),
        // A language that nobody speaks gets something that can be read.
        ("xx", "60.02", "EUR", "€ 60.02"),
    ])
    func anAmountIsWrittenAsTheLanguageWritesIt(
        language: String, amount: String, currency: String, expected: String
    ) throws {
        #expect(plain(formatter.text(try money(amount, currency), in: language)) == expected)
    }

    @Test(arguments: [
        ("en", ["November 21, 2026", "9:30 AM", "UTC"]), ("de", ["21. November 2026", "09:30", "UTC"]),
        ("de-AT", ["21. November 2026", "09:30", "UTC"]), ("fr", ["21 novembre 2026", "09:30", "UTC"]),
        ("ja", ["2026年11月21日", "9:30", "UTC"]), ("ar", ["٢١ نوفمبر ٢٠٢٦", "٩:٣٠", "UTC"]),
    ])
    func aTimeIsWrittenWithItsZone(language: String, parts: [String]) throws {
        let text = plain(formatter.text(try #require(Timestamp("2026-11-21T09:30:59.999999Z")), in: language))
        for part in parts { #expect(text.contains(part), "\(text)") }
    }

    @Test func aTimeIsToldInItsZoneInSummerAndWinter() throws {
        let zone = try #require(TimeZoneName("Europe/Vienna"))
        let local = LanguageFormatter(timeZone: zone)
        let winter = plain(local.text(try #require(Timestamp("2026-11-21T23:30:00Z")), in: "de"))
        #expect(winter.contains("22. November 2026") && winter.contains("00:30 MEZ"), "\(winter)")
        let summer = plain(local.text(try #require(Timestamp("2026-07-01T09:30:00Z")), in: "de"))
        #expect(summer.contains("11:30 MESZ"), "\(summer)")
    }

    @Test func aTimeBefore1970IsNoFault() throws {
        let text = plain(formatter.text(try #require(Timestamp("1969-12-31T23:59:59.5Z")), in: "de"))
        #expect(text.contains("31. Dezember 1969") && text.contains("23:59"), "\(text)")
    }

    @Test(arguments: ["Europe/Vienna", "UTC", "America/Argentina/Ushuaia", "Asia/Tokyo", "Etc/GMT+5"])
    func aZoneOfTheDatabaseIsOne(name: String) { #expect(TimeZoneName(name)?.text == name) }

    @Test(arguments: ["", "Vienna", "Europe/Nowhere", "GMT+25", "UTC\u{0}", String(repeating: "x", count: 1_000)])
    func anyOtherNameIsNone(name: String) { #expect(TimeZoneName(name) == nil) }

    /// Formats are made anew where there are too many, and one is never used by two threads at once.
    @Test func manyLanguagesAtOnceGetEachTheirOwn() async throws {
        let amount = try money("60.02", "EUR")
        let time = try #require(Timestamp("2026-11-21T09:30:00Z"))
        let expected = ["de": "60,02 €", "en": "€60.02", "de-AT": "€ 60,02"]
        let regions = (0..<200).map { "en-\(100 + $0)" }
        await withTaskGroup(of: Bool.self) { group in
            for round in 0..<600 {
                let (language, text) = Array(expected)[round % expected.count]
                group.addTask {
                    _ = formatter.text(amount, in: regions[round % regions.count])
                    _ = formatter.text(time, in: language)
                    return plain(formatter.text(amount, in: language)) == text
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }

    @Test func whatIsTooLongForALanguageIsNotCutOff() throws {
        let amount = try money("60.02", "EUR")
        for language in [String(repeating: "a", count: 1_000), "", "-", "de-\u{0}AT"] {
            #expect(!formatter.text(amount, in: language).isEmpty)
        }
    }
}
