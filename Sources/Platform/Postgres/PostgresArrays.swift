import DomainKit

/// Whole columns as parameters, for `INSERT … SELECT * FROM unnest($1::uuid[], $2::text[])` and `= ANY($1)`.
extension PostgresValue {
    /// A `uuid[]`.
    public static func ids(_ values: [EntityID]) -> PostgresValue {
        array(of: values.count, width: 37) { literal in
            for value in values { literal.element { $0.append(id: value) } }
        }
    }

    /// A `uuid[]` in which some elements are NULL.
    public static func ids(_ values: [EntityID?]) -> PostgresValue {
        array(of: values.count, width: 37) { literal in
            for value in values {
                if let value { literal.element { $0.append(id: value) } } else { literal.null() }
            }
        }
    }

    /// A `text[]`, or an array of any type that has a text form; `nil` is NULL.
    public static func texts(_ values: [String?]) -> PostgresValue {
        array(of: values.count, width: 24) { literal in
            for value in values {
                if let value { literal.quoted(value) } else { literal.null() }
            }
        }
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

    /// A `timestamptz[]`.
    public static func timestamps(_ values: [Timestamp]) -> PostgresValue {
        array(of: values.count, width: 28) { literal in
            for value in values { literal.element { $0.append(timestamp: value) } }
        }
    }

    /// A `timestamptz[]` in which some elements are NULL.
    public static func timestamps(_ values: [Timestamp?]) -> PostgresValue {
        array(of: values.count, width: 28) { literal in
            for value in values {
                if let value { literal.element { $0.append(timestamp: value) } } else { literal.null() }
            }
        }
    }

    /// A `bytea[]`. Sent in binary, so the server must expect exactly `bytea[]` here: `$1::bytea[]`.
    public static func bytesArray(_ values: [[UInt8]]) -> PostgresValue {
        bytesArray(values.map(Optional.some))
    }

    /// A `bytea[]` in which some elements are NULL.
    public static func bytesArray(_ values: [[UInt8]?]) -> PostgresValue {
        let byteaType: Int32 = 17
        var message: [UInt8] = []
        message.reserveCapacity(20 + values.reduce(0) { $0 + 4 + ($1?.count ?? 0) })
        message.append(bigEndian: values.isEmpty ? 0 : 1)
        message.append(bigEndian: values.contains { $0 == nil } ? 1 : 0)
        message.append(bigEndian: byteaType)
        if !values.isEmpty {
            let lowerBound: Int32 = 1
            message.append(bigEndian: Int32(values.count))
            message.append(bigEndian: lowerBound)
        }
        for value in values {
            guard let value else {
                message.append(bigEndian: -1)
                continue
            }
            message.append(bigEndian: Int32(value.count))
            message.append(contentsOf: value)
        }
        return .init(storage: .binary(message))
    }

    private static func array(of count: Int, width: Int, _ fill: (inout ArrayLiteral) -> Void) -> PostgresValue {
        var literal = ArrayLiteral(capacity: count * width + 2)
        fill(&literal)
        return .init(storage: .encoded(literal.finish()))
    }
}

/// The text form of a one-dimensional array: `{1,NULL,"a \"b\""}`.
struct ArrayLiteral {
    private var bytes: [UInt8] = []
    private var isFirst = true

    init(capacity: Int) {
        bytes.reserveCapacity(capacity)
        bytes.append(UInt8(ascii: "{"))
    }

    /// Adds an element that needs no quotes.
    mutating func element(_ write: (inout [UInt8]) -> Void) {
        separate()
        write(&bytes)
    }

    mutating func null() {
        separate()
        bytes.append(contentsOf: "NULL".utf8)
    }

    /// Adds a text in quotes, so that commas, braces, blanks, the word NULL and the empty text stay what they are.
    mutating func quoted(_ text: String) {
        var text = text
        separate()
        bytes.append(UInt8(ascii: "\""))
        text.withUTF8 { text in
            var rest = text[...]
            // What needs no escape is copied in one piece.
            while let next = rest.firstIndex(where: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }) {
                bytes.append(contentsOf: rest[..<next])
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(rest[next])
                rest = rest[(next + 1)...]
            }
            bytes.append(contentsOf: rest)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    consuming func finish() -> [UInt8] {
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    private mutating func separate() {
        if isFirst { isFirst = false } else { bytes.append(UInt8(ascii: ",")) }
    }
}
