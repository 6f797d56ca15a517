extension JSONSchema: JSONEncodable {
    /// Where documents keep schemas that have a name, as a JSON pointer.
    public static let definitions = "#/components/schemas/"

    /// Writes the schema for a place where it is used: as a reference where it has a name.
    public func write(to json: inout JSONWriter) {
        guard let name else { return writeDefinition(to: &json) }
        let reference = JSONSchema.definitions + name
        json.object { json in
            if isNullable {
                json.field("oneOf") { $0.array([SchemaReference(to: reference), SchemaReference.null]) }
            } else {
                json.field("$ref", reference)
            }
            json.field("description", ifPresent: noteHere)
        }
    }

    /// Writes the whole schema, whatever its name.
    public func writeDefinition(to json: inout JSONWriter) {
        json.object { json in
            writeKind(to: &json)
            json.field("description", ifPresent: note)
            if let sample { json.field("examples", [sample]) }
        }
    }

    /// The schemas with names that this one refers to, directly or not, itself among them.
    public var named: [JSONSchema] {
        let below = parts.flatMap(\.named)
        return name == nil ? below : [self] + below
    }

    private func writeKind(to json: inout JSONWriter) {
        switch form {
        case .any: break
        case .boolean: writeType("boolean", to: &json)
        case .integer(let range):
            writeType("integer", to: &json)
            json.field("minimum", ifPresent: range?.lowerBound)
            json.field("maximum", ifPresent: range?.upperBound)
        case .string(let text):
            writeType("string", to: &json)
            writeText(text, to: &json)
        case .array(let element, let count):
            writeType("array", to: &json)
            json.field("items", element)
            if count.lowerBound > 0 { json.field("minItems", count.lowerBound) }
            if count.upperBound < .max { json.field("maxItems", count.upperBound) }
        case .object(let members):
            writeType("object", to: &json)
            json.field("properties") { json in
                json.object { json in
                    for member in members { json.field(member.name, member.schema) }
                }
            }
            let required = members.filter(\.isRequired).map(\.name)
            if !required.isEmpty { json.field("required", required) }
        case .map(let value):
            writeType("object", to: &json)
            json.field("additionalProperties", value)
        case .oneOf(let choices): json.field("oneOf", choices)
        }
    }

    private func writeType(_ type: String, to json: inout JSONWriter) {
        if isNullable, name == nil { json.field("type", [type, "null"]) } else { json.field("type", type) }
    }

    private func writeText(_ text: Text, to json: inout JSONWriter) {
        json.field("format", ifPresent: text.format)
        json.field("pattern", ifPresent: text.pattern)
        if let length = text.length {
            if length.lowerBound > 0 { json.field("minLength", length.lowerBound) }
            if length.upperBound < .max { json.field("maxLength", length.upperBound) }
        }
        guard !text.values.isEmpty else { return }
        let values = text.values.map(JSONValue.string)
        json.field("enum", isNullable && name == nil ? values + [.null] : values)
    }
}

/// What stands where a schema is not written out.
private struct SchemaReference: JSONEncodable {
    static let null = SchemaReference(to: nil)
    /// Nil stands for the schema of null.
    let target: String?

    init(to target: String?) { self.target = target }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("$ref", ifPresent: target)
            if target == nil { json.field("type", "null") }
        }
    }
}
