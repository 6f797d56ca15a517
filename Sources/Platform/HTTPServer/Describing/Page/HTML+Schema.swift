import JSON

extension HTML {
    /// What a value must be, in a few words; a link where the schema has a name.
    mutating func writeType(of schema: JSONSchema) {
        if let name = schema.name {
            element("a", [("href", "#schema-\(name)")], name)
        } else {
            switch schema.form {
            case .array(let element, let count):
                write("array of ")
                writeType(of: element)
                write(Self.bounds(count, of: "elements"))
            case .map(let value):
                write("object of ")
                writeType(of: value)
            case .oneOf(let choices):
                for (index, choice) in choices.enumerated() {
                    if index > 0 { write(" or ") }
                    writeType(of: choice)
                }
            default: write(Self.words(for: schema))
            }
        }
        if schema.isNullable { write(" or null") }
    }

    /// The members of an object, or what the value must be.
    mutating func writeDefinition(of schema: JSONSchema) {
        guard !schema.members.isEmpty else {
            element("p") { $0.write(Self.words(for: schema)) }
            return
        }
        element("table") { html in
            for member in schema.members {
                html.element("tr") { html in
                    html.element("td") { html in
                        html.element("code", [], member.name)
                        if !member.isRequired { html.element("span", [("class", "place")], "optional") }
                    }
                    html.element("td") { $0.writeType(of: member.schema) }
                    html.element("td", [], member.schema.words ?? "")
                }
            }
        }
        element("details") { html in
            html.element("summary", [], "Example")
            html.element("pre") { $0.code(indented(schema.example.jsonBytes)) }
        }
    }

    private static func words(for schema: JSONSchema) -> String {
        switch schema.form {
        case .any: "anything"
        case .boolean: "true or false"
        case .integer(let range): "integer\(range.map { bounds($0, of: "") } ?? "")"
        case .string(let text):
            if text.values.isEmpty {
                [text.format ?? "string", text.length.map { bounds($0, of: "characters") } ?? ""].joined()
            } else if text.values.count > 12 {
                "one of \(text.values.count) codes such as `\(text.values[0])`"
            } else {
                text.values.map { "`\($0)`" }.joined(separator: ", ")
            }
        case .array, .oneOf: "array"
        case .object, .map: "object"
        }
    }

    private static func bounds(_ range: ClosedRange<Int>, of what: String) -> String {
        let end = what.isEmpty ? "" : " \(what)"
        switch (range.lowerBound, range.upperBound) {
        case (0, .max): return ""
        case (let least, .max): return ", \(least) or more\(end)"
        case (0, let most) where !what.isEmpty: return ", up to \(most)\(end)"
        case (let least, let most): return ", \(least) to \(most)\(end)"
        }
    }
}
