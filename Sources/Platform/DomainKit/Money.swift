import JSON

/// An amount of money: a whole number of the currency's minor units, never a floating-point number.
public struct Money: Sendable, Hashable {
    /// The amount in minor units of the currency: cents for USD, yen for JPY.
    public let minorUnits: Int64
    public let currency: Currency

    public init(minorUnits: Int64, currency: Currency) {
        self.minorUnits = minorUnits
        self.currency = currency
    }

    /// Reads an amount written with a point and at most as many decimals as the currency has: `19.99`, `5`, `-0.5`.
    /// - Throws: ``MoneyError`` saying what is wrong with the text.
    public init(amount: String, currency: Currency) throws(MoneyError) {
        let isNegative = amount.utf8.first == UInt8(ascii: "-")
        let parts = amount.utf8.dropFirst(isNegative ? 1 : 0)
            .split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        let whole = Array(parts[0])
        let decimals = parts.count == 2 ? Array(parts[1]) : []
        let isWellFormed = !whole.isEmpty && (parts.count == 1 || !decimals.isEmpty)
        guard isWellFormed, (whole + decimals).allSatisfy(isDigit) else { throw .malformed(amount) }
        guard decimals.count <= currency.decimals else { throw .tooManyDecimals(amount, currency) }
        var units: Int64 = 0
        let padding = repeatElement(UInt8(ascii: "0"), count: currency.decimals - decimals.count)
        for digit in whole + decimals + padding {
            let (shifted, overflow) = units.multipliedReportingOverflow(by: 10)
            let (sum, carry) = shifted.addingReportingOverflow(Int64(digit - UInt8(ascii: "0")))
            guard !overflow, !carry else { throw .overflow }
            units = sum
        }
        self.init(minorUnits: isNegative ? -units : units, currency: currency)
    }

    /// The amount with a point and all decimals of the currency, such as `19.99`.
    public var amount: String {
        let digits = String(minorUnits.magnitude)
        let sign = minorUnits < 0 ? "-" : ""
        guard currency.decimals > 0 else { return sign + digits }
        let missing = max(0, currency.decimals + 1 - digits.utf8.count)
        let padded = String(repeating: "0", count: missing) + digits
        return "\(sign)\(padded.dropLast(currency.decimals)).\(padded.suffix(currency.decimals))"
    }

    /// - Throws: ``MoneyError/currencyMismatch(_:_:)`` or ``MoneyError/overflow``.
    public func adding(_ other: Money) throws(MoneyError) -> Money {
        guard currency == other.currency else { throw .currencyMismatch(currency, other.currency) }
        let (sum, overflow) = minorUnits.addingReportingOverflow(other.minorUnits)
        guard !overflow else { throw .overflow }
        return Money(minorUnits: sum, currency: currency)
    }

    /// - Throws: ``MoneyError/overflow``.
    public func multiplied(by factor: Int) throws(MoneyError) -> Money {
        let (product, overflow) = minorUnits.multipliedReportingOverflow(by: Int64(factor))
        guard !overflow else { throw .overflow }
        return Money(minorUnits: product, currency: currency)
    }
}

private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

/// Why an amount cannot be read or calculated.
public enum MoneyError: Error, Sendable, Equatable, CustomStringConvertible {
    case malformed(String)
    case tooManyDecimals(String, Currency)
    case currencyMismatch(Currency, Currency)
    case overflow

    public var description: String {
        switch self {
        case .malformed: "must be a decimal number in a string, such as \"19.99\""
        case .tooManyDecimals(_, let currency):
            currency.decimals == 0
                ? "must have no decimals in \(currency.code)"
                : "must have at most \(currency.decimals) decimals in \(currency.code)"
        case .currencyMismatch(let left, let right): "mixes the currencies \(left.code) and \(right.code)"
        case .overflow: "is too large"
        }
    }
}

extension Money: CustomStringConvertible {
    public var description: String { "\(amount) \(currency.code)" }
}

extension Money: JSONCodable {
    public init?(json: JSONReader) {
        guard json.isObject() else { return nil }
        let currency = json["currency"].required(Currency.self)
        let amount = json["amount"].required(String.self)
        guard let currency, let amount else { return nil }
        do throws(MoneyError) {
            try self.init(amount: amount, currency: currency)
        } catch {
            json["amount"].fault(error.description)
            return nil
        }
    }

    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("amount", amount)
            json.field("currency", currency.code)
        }
    }
}
