// The schemas that most are made of.
extension JSONSchema {
    /// Any value at all.
    public static let any = JSONSchema(.any)

    public static let boolean = JSONSchema(.boolean)

    /// A UUID (RFC 9562) in its usual form.
    public static let uuid = JSONSchema(
        .string(Text(format: "uuid")), example: "0197a0e0-7c4b-7d31-9a52-3f1c5f0e8a11")

    /// A moment (RFC 3339).
    public static let timestamp = JSONSchema(
        .string(Text(format: "date-time")), example: "2026-11-21T09:30:00.123456Z")

    /// Text of `length` Unicode scalars.
    /// - Parameter pattern: a regular expression that both ECMA-262 and Python understand.
    public static func string(
        _ length: ClosedRange<Int>? = nil, pattern: String? = nil, format: String? = nil, example: String
    ) -> JSONSchema {
        JSONSchema(.string(Text(format: format, pattern: pattern, length: length)), example: .string(example))
    }

    /// One of these strings.
    public static func oneOf(_ values: [String]) -> JSONSchema {
        JSONSchema(.string(Text(values: values)))
    }

    /// One of the values of an enumeration.
    public static func oneOf<Value: RawRepresentable<String> & CaseIterable>(_ type: Value.Type) -> JSONSchema {
        oneOf(type.allCases.map(\.rawValue))
    }

    public static func integer(_ range: ClosedRange<Int>? = nil, example: Int) -> JSONSchema {
        JSONSchema(.integer(range), example: .integer(Int64(example)))
    }

    public static func array(of element: JSONSchema, count: ClosedRange<Int> = 0...Int.max) -> JSONSchema {
        JSONSchema(.array(of: element, count: count))
    }

    /// An object with members in their order.
    /// - Parameter name: see ``name``.
    public static func object(_ name: String? = nil, _ members: Member..., note: String? = nil) -> JSONSchema {
        JSONSchema(.object(members), name: name, note: note)
    }
}

extension JSONValue: ExpressibleByStringLiteral {
    public init(stringLiteral value: String) { self = .string(value) }
}
