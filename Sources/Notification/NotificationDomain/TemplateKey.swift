import JSON

/// The name by which an event finds its template: lower-case words of letters and digits, joined by hyphens.
public struct TemplateKey: Sendable, Hashable {
    /// The name as text, such as `order-confirmed`.
    public let text: String

    /// The longest name, in characters.
    public static let maximumLength = 64

    /// Nil where `text` is no such name.
    public init?(_ text: String) {
        let words = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        let isWellFormed = words.allSatisfy { !$0.isEmpty && $0.allSatisfy(isLowercaseOrDigit) }
        guard isWellFormed, text.utf8.count <= TemplateKey.maximumLength else { return nil }
        self.text = text
    }

    private init(known text: String) { self.text = text }

    /// Tells the customer that the order will be delivered.
    public static let orderConfirmed = TemplateKey(known: "order-confirmed")
    /// Tells the customer that the order will not be delivered, and why.
    public static let orderCancelled = TemplateKey(known: "order-cancelled")
    /// Asks the customer some time after the confirmation whether all is well.
    public static let orderFollowUp = TemplateKey(known: "order-follow-up")
    /// Tells the shop's operator what is running low.
    public static let lowStockDigest = TemplateKey(known: "low-stock-digest")

    /// What customers are told; all else is for others.
    public static let ofCustomers: [TemplateKey] = [.orderConfirmed, .orderCancelled, .orderFollowUp]

    /// Whether it must be told, whatever the customer prefers: that an order will not be delivered.
    public var isTransactional: Bool { self == .orderCancelled }
}

private func isLowercaseOrDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}

extension TemplateKey: CustomStringConvertible {
    public var description: String { text }
}

extension TemplateKey: JSONCodable {
    public init?(json: JSONReader) {
        guard case .string(let text) = json.value, let key = TemplateKey(text) else {
            let example = TemplateKey.orderConfirmed
            json.fault(
                "must be lower-case words joined by hyphens, at most \(TemplateKey.maximumLength) characters,"
                    + " such as \"\(example)\"")
            return nil
        }
        self = key
    }

    public func write(to json: inout JSONWriter) { json.string(text) }
}
