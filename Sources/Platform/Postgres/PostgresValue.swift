import DomainKit

/// A parameter of a statement, sent apart from the SQL. The server infers its type from where it stands.
public struct PostgresValue: Sendable {
    /// How the value travels. Single values but bytes are text, which the server reads as whatever type it needs.
    enum Storage: Sendable {
        case null
        case text(String)
        case integer(Int64)
        case bool(Bool)
        case id(EntityID)
        case timestamp(Timestamp)
        /// Text format, already encoded: array literals.
        case encoded([UInt8])
        /// Binary format.
        case binary([UInt8])
        /// Binary format of texts, of which one may hold what no text of the server can.
        case array([UInt8], holdsNUL: Bool)
    }

    let storage: Storage

    /// SQL NULL.
    public static let null = PostgresValue(storage: .null)

    /// A `uuid`.
    public static func id(_ value: EntityID?) -> PostgresValue { .init(storage: value.map { .id($0) } ?? .null) }

    /// A `text`, or any type that has a text form (`jsonb`, `numeric`, an enum).
    public static func text(_ value: String?) -> PostgresValue { .init(storage: value.map { .text($0) } ?? .null) }

    /// A `smallint`, `integer` or `bigint`. A value beyond `Int64` travels as text and is refused by the server.
    public static func int(_ value: (some BinaryInteger)?) -> PostgresValue {
        guard let value else { return .null }
        guard let integer = Int64(exactly: value) else { return .text(String(value)) }
        return .init(storage: .integer(integer))
    }

    /// A `boolean`.
    public static func bool(_ value: Bool?) -> PostgresValue { .init(storage: value.map { .bool($0) } ?? .null) }

    /// A `timestamptz`, to the microsecond.
    public static func timestamp(_ value: Timestamp?) -> PostgresValue {
        .init(storage: value.map { .timestamp($0) } ?? .null)
    }

    /// A `bytea`. Sent in binary, so the server must expect `bytea` (or `text`) here.
    public static func bytes(_ value: [UInt8]?) -> PostgresValue { .init(storage: value.map { .binary($0) } ?? .null) }
}

extension PostgresValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByNilLiteral
{
    public init(stringLiteral value: String) { self = .text(value) }
    public init(integerLiteral value: Int64) { self = .int(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(nilLiteral: ()) { self = .null }
}
