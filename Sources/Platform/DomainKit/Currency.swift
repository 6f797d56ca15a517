import JSON

/// A currency of ISO 4217.
public struct Currency: Sendable, Hashable {
    /// The three capital letters of ISO 4217.
    public let code: String
    /// How many decimals its minor unit has.
    public let decimals: Int

    private init(code: String, decimals: Int) {
        self.code = code
        self.decimals = decimals
    }

    public static let euro = Currency(code: "EUR", decimals: 2)

    /// Nil where ISO 4217 has no such currency in circulation.
    public init?(_ code: String) {
        guard let decimals = Currency.decimalsByCode[code] else { return nil }
        self.code = code
        self.decimals = decimals
    }

    /// Every code, in order.
    public static let codes = decimalsByCode.keys.sorted()

    /// ISO 4217:2015, list one, as of 2025: codes by their number of decimals. Funds, metals and test codes are left out.
    private static let decimalsByCode: [String: Int] = {
        let codes: [Int: String] = [
            0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
            2: """
            AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF \
            CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL \
            HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP \
            MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD \
            SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS \
            VED VES WST XCD YER ZAR ZMW ZWG
            """,
            3: "BHD IQD JOD KWD LYD OMR TND",
        ]
        var table: [String: Int] = [:]
        for (decimals, codes) in codes {
            for code in codes.split(separator: " ") { table[String(code)] = decimals }
        }
        return table
    }()
}

extension Currency: JSONCodable {
    public init?(json: JSONReader) {
        guard case .string(let code) = json.value, let currency = Currency(code) else {
            json.fault("must be a currency code of ISO 4217, such as \"USD\"")
            return nil
        }
        self = currency
    }

    public func write(to json: inout JSONWriter) { json.string(code) }
}
