/// What a JSON value must be (JSON Schema 2020-12), as a value, for documents that describe an interface.
///
/// It stands beside what reads or writes the value, and tests hold the two together. Of the keywords it has those that
/// the documents need.
public struct JSONSchema: Sendable {
    /// The kind of value, and what bounds it.
    public indirect enum Form: Sendable {
        case any
        case boolean
        case integer(ClosedRange<Int>?)
        case string(Text)
        case array(of: JSONSchema, count: ClosedRange<Int>)
        /// Members that are not named here are allowed, and ignored by who reads them.
        case object([Member])
        /// An object whose members have names of their own and values of one schema.
        case map(of: JSONSchema)
        case oneOf([JSONSchema])
    }

    /// What bounds a string. What is nil or empty does not.
    public struct Text: Sendable {
        /// A format of JSON Schema, such as `uuid`.
        public var format: String?
        /// A regular expression that both ECMA-262 and Python understand.
        public var pattern: String?
        /// How many Unicode scalars.
        public var length: ClosedRange<Int>?
        /// All strings that it can be.
        public var values: [String]

        public init(
            format: String? = nil, pattern: String? = nil, length: ClosedRange<Int>? = nil, values: [String] = []
        ) {
            self.format = format
            self.pattern = pattern
            self.length = length
            self.values = values
        }
    }

    /// A member of an object.
    public struct Member: Sendable {
        public let name: String
        public let schema: JSONSchema
        public let isRequired: Bool

        /// A member that is always there.
        public static func required(_ name: String, _ schema: JSONSchema, _ note: String? = nil) -> Member {
            Member(name: name, schema: schema.noted(note), isRequired: true)
        }

        /// A member that may be missing.
        public static func optional(_ name: String, _ schema: JSONSchema, _ note: String? = nil) -> Member {
            Member(name: name, schema: schema.noted(note), isRequired: false)
        }
    }

    public let form: Form
    /// The name under which documents keep the schema and refer to it; nil where it is written where it is used.
    public private(set) var name: String?
    /// What the value means, for people.
    public private(set) var note: String?
    /// What it means where it is used, where that is more than what it means everywhere.
    private(set) var noteHere: String?
    /// Whether null is a value, too.
    public private(set) var isNullable = false
    /// A value that it allows; nil where it is made of those of its parts.
    private(set) var sample: JSONValue?

    public init(_ form: Form, name: String? = nil, note: String? = nil, example: JSONValue? = nil) {
        self.form = form
        self.name = name
        self.note = note
        sample = example
    }

    /// The same, or null.
    public var orNull: JSONSchema {
        var copy = self
        copy.isNullable = true
        return copy
    }

    /// The same with words for people about this use of it; as it is where `note` is nil.
    public func noted(_ note: String?) -> JSONSchema {
        guard let note else { return self }
        var copy = self
        if name == nil { copy.note = note } else { copy.noteHere = note }
        return copy
    }

    /// What people are told of the value, here or everywhere.
    public var words: String? { noteHere ?? note }

    /// The same with another example.
    public func example(_ value: JSONValue) -> JSONSchema {
        var copy = self
        copy.sample = value
        return copy
    }

    /// The members where this is an object, else none.
    public var members: [Member] {
        guard case .object(let members) = form else { return [] }
        return members
    }

    /// The schemas that this one is made of.
    public var parts: [JSONSchema] {
        switch form {
        case .array(let element, _): [element]
        case .object(let members): members.map(\.schema)
        case .map(let value): [value]
        case .oneOf(let choices): choices
        case .any, .boolean, .integer, .string: []
        }
    }
}

// MARK: - An example

extension JSONSchema {
    /// A value that the schema allows, all members there. It is made of the examples of the parts.
    public struct Example: JSONEncodable {
        let schema: JSONSchema

        public func write(to json: inout JSONWriter) {
            if let sample = schema.sample { return sample.write(to: &json) }
            switch schema.form {
            case .any: json.object { _ in }
            case .boolean: json.bool(true)
            case .integer(let range): json.integer(max(1, range?.lowerBound ?? 1))
            case .string(let text): json.string(text.values.first ?? "text")
            case .array(let element, let count): json.array(count.upperBound == 0 ? [] : [element.example])
            case .object(let members):
                json.object { json in
                    for member in members { json.field(member.name, member.schema.example) }
                }
            case .map(let value): json.object { $0.field("name", value.example) }
            case .oneOf(let choices): (choices.first ?? .any).example.write(to: &json)
            }
        }
    }

    public var example: Example { Example(schema: self) }
}
