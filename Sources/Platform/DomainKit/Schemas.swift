import JSON

extension JSONSchema {
    /// An amount of money (``Money``), of either sign.
    public static let money = JSONSchema.object(
        "Money", .required("amount", .amount("^-?[0-9]{1,19}(\\.[0-9]{1,3})?$")), .required("currency", .currency),
        note: "An amount: a decimal string, never a number, with at most as many decimals as the currency has.")

    /// An amount of money that is not below zero.
    public static let price = JSONSchema.object(
        "Price", .required("amount", .amount("^[0-9]{1,19}(\\.[0-9]{1,3})?$")), .required("currency", .currency),
        note: "An amount that is not below zero.")

    /// A currency of ISO 4217 (``Currency``).
    public static let currency = JSONSchema(
        .string(Text(values: Currency.codes)), name: "Currency", note: "A currency of ISO 4217.", example: "USD")

    private static func amount(_ pattern: String) -> JSONSchema { .string(pattern: pattern, example: "19.99") }
}
