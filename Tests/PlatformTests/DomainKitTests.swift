import DomainKit
import JSON
import Testing

@Suite struct EntityIDTests {
    @Test func theTextFormRoundTrips() {
        let text = "019302a8-7c3b-7def-8123-456789abcdef"
        #expect(EntityID(text)?.description == text)
        #expect(EntityID(text.uppercased())?.description == text)
    }

    @Test(arguments: [
        "", "019302a8", "019302a87c3b7def8123456789abcdef", "019302a8-7c3b-7def-8123-456789abcdeg",
        "019302a8-7c3b-7def-8123-456789abcdef0", "{19302a8-7c3b-7def-8123-456789abcdef",
    ])
    func anythingElseIsNoIdentity(_ text: String) {
        #expect(EntityID(text) == nil)
    }

    @Test func versionSevenCarriesTimeVersionAndVariant() {
        let time = Timestamp(microseconds: 0x0123_4567_89AB * 1_000 + 999)
        let text = EntityID.v7(at: time).description
        #expect(text.hasPrefix("01234567-89ab-7"))
        #expect("89ab".contains(Array(text)[19]))
    }

    @Test func laterIdentitiesSortAfterEarlierOnes() {
        let start = SystemClock().now
        let ids = (0..<100).map { EntityID.v7(at: start + .milliseconds($0)) }
        #expect(ids == ids.sorted())
        #expect(ids.map(\.description) == ids.map(\.description).sorted())
    }

    @Test func identitiesOfOneMillisecondDiffer() {
        let now = SystemClock().now
        #expect(Set((0..<10_000).map { _ in EntityID.v7(at: now) }).count == 10_000)
    }
}

@Suite struct TimestampTests {
    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2000-02-29T12:34:56.789Z", 951_827_696_789_000),
            ("2026-11-21 09:38:14.123456+00", 1_795_253_894_123_456),
            ("2026-11-21T11:38:14.123456789+02:00", 1_795_253_894_123_456),
            ("1969-12-31T23:59:59.5Z", -500_000), ("1985-04-12T23:20:50-08:00", 482_224_850_000_000),
        ] as [(String, Int64)])
    func rfc3339IsRead(_ text: String, _ microseconds: Int64) {
        #expect(Timestamp(text)?.microseconds == microseconds)
    }

    @Test(arguments: [
        "", "2026-11-21", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-01-01T24:00:00Z",
        "2026-01-01T00:00:00", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00Zx", "2026-01-01T00:60:00Z",
    ])
    func anythingElseIsNoTime(_ text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test func whatIsWrittenIsReadBackExactly() {
        var time = Timestamp(microseconds: -10_000_000_000_000_000)
        for _ in 0..<2_000 {
            #expect(Timestamp(time.description) == time)
            time = time + .microseconds(12_345_678_901_234)
        }
        #expect(Timestamp(microseconds: -1).description == "1969-12-31T23:59:59.999999Z")
    }
}

@Suite struct MoneyTests {
    private func currency(_ code: String) throws -> Currency { try #require(Currency(code)) }

    @Test(
        arguments: [
            ("19.99", "USD", 1_999), ("5", "EUR", 500), ("0.5", "USD", 50), ("-3.07", "USD", -307), ("100", "JPY", 100),
            ("1.234", "KWD", 1_234), ("92233720368547758.07", "USD", Int64.max),
        ] as [(String, String, Int64)])
    func amountsAreReadExactly(_ amount: String, _ code: String, _ minorUnits: Int64) throws {
        #expect(try Money(amount: amount, currency: currency(code)).minorUnits == minorUnits)
    }

    @Test(arguments: ["19.999", "1.0.0", ".5", "5.", "", "-", "1e3", "+1", " 1", "1,5", "٣", "92233720368547758.08"])
    func amountsThatAreNoneAreRefused(_ amount: String) throws {
        let usd = try currency("USD")
        #expect(throws: MoneyError.self) { try Money(amount: amount, currency: usd) }
    }

    @Test func yenHaveNoDecimals() throws {
        let yen = try currency("JPY")
        #expect(throws: MoneyError.tooManyDecimals("1.5", yen)) { try Money(amount: "1.5", currency: yen) }
        #expect(Money(minorUnits: 7, currency: yen).amount == "7")
    }

    @Test(arguments: [(0, "0.00"), (5, "0.05"), (-5, "-0.05"), (1_999, "19.99"), (Int64.min, "-92233720368547758.08")])
    func amountsAreWrittenWithAllDecimals(_ minorUnits: Int64, _ text: String) throws {
        #expect(Money(minorUnits: minorUnits, currency: try currency("USD")).amount == text)
    }

    @Test func overflowAndMixedCurrenciesAreErrors() throws {
        let most = Money(minorUnits: .max, currency: try currency("USD"))
        #expect(throws: MoneyError.overflow) { try most.adding(most) }
        #expect(throws: MoneyError.overflow) { try most.multiplied(by: 2) }
        let euro = Money(minorUnits: 1, currency: try currency("EUR"))
        #expect(throws: MoneyError.currencyMismatch(most.currency, euro.currency)) { try most.adding(euro) }
    }

    @Test func aNumberIsNoAmount() throws {
        let value = try JSONValue(parsing: Array(#"{"amount":19.99,"currency":"XXX"}"#.utf8))
        let faults = #expect(throws: JSONFaults.self) { try JSONReader.decode(Money.self, from: value) }
        #expect(faults?.faults.map(\.pointer) == ["/currency", "/amount"])
    }
}
