import DomainKit

/// Whole columns as parameters, for `INSERT … SELECT * FROM unnest($1::uuid[], $2::text[])` and `= ANY($1)`.
extension PostgresValue {
    /// A `uuid[]`. Sent in binary, so the server must expect exactly that here: `$1::uuid[]`.
    public static func ids(_ values: [EntityID]) -> PostgresValue {
        var array = BinaryArray(of: .uuid, capacity: values.count * 20)
        for value in values { array.append(value) }
        return .init(storage: .binary(array.bytes))
    }

    /// A `uuid[]` in which some elements are NULL.
    public static func ids(_ values: [EntityID?]) -> PostgresValue {
        var array = BinaryArray(of: .uuid, capacity: values.count * 20)
        for value in values {
            if let value { array.append(value) } else { array.appendNull() }
        }
        return .init(storage: .binary(array.bytes))
    }

    /// A `text[]`; `nil` is NULL. Sent in binary, so the server must expect exactly that here: `$1::text[]`.
    public static func texts(_ values: [String?]) -> PostgresValue {
        var array = BinaryArray(of: .text, capacity: values.reduce(0) { $0 + 4 + ($1?.utf8.count ?? 0) })
        for value in values {
            if let value { array.append(value) } else { array.appendNull() }
        }
        return .init(storage: .array(array.bytes, holdsNUL: array.holdsNUL))
    }

    /// A `smallint[]`, `integer[]` or `bigint[]`.
    public static func ints<Integer: BinaryInteger>(_ values: [Integer]) -> PostgresValue {
        array(of: values.count, width: 12) { literal in
            for value in values { literal.element { $0.append(decimal: value) } }
        }
    }

    /// An integer array in which some elements are NULL.
    public static func ints<Integer: BinaryInteger>(_ values: [Integer?]) -> PostgresValue {
        array(of: values.count, width: 12) { literal in
            for value in values {
                if let value { literal.element { $0.append(decimal: value) } } else { literal.null() }
            }
        }
    }

    /// A `boolean[]`.
    public static func bools(_ values: [Bool]) -> PostgresValue {
        array(of: values.count, width: 2) { literal in
            for value in values { literal.element { $0.append(value ? UInt8(ascii: "t") : UInt8(ascii: "f")) } }
        }
    }

    /// A `timestamptz[]`. Sent in binary, so the server must expect exactly that here: `$1::timestamptz[]`.
    public static func timestamps(_ values: [Timestamp]) -> PostgresValue {
        timestamps(values.map(Optional.some))
    }

    /// A `timestamptz[]` in which some elements are NULL.
    public static func timestamps(_ values: [Timestamp?]) -> PostgresValue {
        var array = BinaryArray(of: .timestamptz, capacity: values.count * 12)
        for value in values {
            if let value { array.append(value) } else { array.appendNull() }
        }
        return .init(storage: .binary(array.bytes))
    }

    /// A `bytea[]`. Sent in binary, so the server must expect exactly `bytea[]` here: `$1::bytea[]`.
    public static func bytesArray(_ values: [[UInt8]]) -> PostgresValue {
        bytesArray(values.map(Optional.some))
    }

    /// A `bytea[]` in which some elements are NULL.
    public static func bytesArray(_ values: [[UInt8]?]) -> PostgresValue {
        var array = BinaryArray(of: .bytea, capacity: values.reduce(0) { $0 + 4 + ($1?.count ?? 0) })
        for value in values {
            if let value { array.append(value) } else { array.appendNull() }
        }
        return .init(storage: .binary(array.bytes))
    }

    private static func array(of count: Int, width: Int, _ fill: (inout ArrayLiteral) -> Void) -> PostgresValue {
        var literal = ArrayLiteral(capacity: count * width + 2)
        fill(&literal)
        return .init(storage: .encoded(literal.finish()))
    }
}

/// The text form of a one-dimensional array whose elements need no quotes: `{1,NULL}`. The server reads it as whatever type
/// of element it expects, where the binary form has to name the very one.
struct ArrayLiteral {
    private var bytes: [UInt8] = []
    private var isFirst = true

    init(capacity: Int) {
        bytes.reserveCapacity(capacity)
        bytes.append(UInt8(ascii: "{"))
    }

    mutating func element(_ write: (inout [UInt8]) -> Void) {
        separate()
        write(&bytes)
    }

    mutating func null() {
        separate()
        bytes.append(contentsOf: "NULL".utf8)
    }

    consuming func finish() -> [UInt8] {
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    private mutating func separate() {
        if isFirst { isFirst = false } else { bytes.append(UInt8(ascii: ",")) }
    }
}
