/// A value in a message's headers or in a queue's arguments.
public enum HeaderValue: Sendable, Equatable {
    case text(String)
    case integer(Int64)
    case boolean(Bool)
    /// A table, an array, a number of another kind: known to be there, not decoded, and not sent.
    case other

    /// The text, or an integer written out; nil for the rest.
    public var text: String? {
        switch self {
        case .text(let text): text
        case .integer(let number): String(number)
        case .boolean, .other: nil
        }
    }

    /// The integer, also when it was sent as text.
    public var integer: Int64? {
        switch self {
        case .integer(let number): number
        case .text(let text): Int64(text)
        case .boolean, .other: nil
        }
    }
}

extension HeaderValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    public init(stringLiteral value: String) { self = .text(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
}

/// Headers of a message by name.
public typealias MessageHeaders = [String: HeaderValue]
