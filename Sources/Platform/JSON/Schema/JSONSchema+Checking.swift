extension JSONSchema {
    /// What is wrong with `value`, each fault with its place; empty where the schema allows it.
    ///
    /// Stricter than JSON Schema in one thing: a member that an object's schema does not name is a fault. Formats other
    /// than `uuid` and `date-time` are not looked at.
    public func faults(in value: JSONValue, at pointer: String = "") -> [JSONFault] {
        if isNullable, value == .null { return [] }
        switch (form, value) {
        case (.any, _), (.boolean, .bool): return []
        case (.integer(let range), .integer(let number)):
            let isInside = range.map { $0.contains(Int(number)) } ?? true
            return isInside ? [] : [JSONFault(pointer: pointer, detail: "\(number) is out of bounds")]
        case (.string(let text), .string(let content)):
            return text.allows(content) ? [] : [JSONFault(pointer: pointer, detail: "\"\(content)\" is not allowed")]
        case (.array(let element, let count), .array(let elements)):
            let faults = elements.enumerated().flatMap { element.faults(in: $1, at: "\(pointer)/\($0)") }
            return count.contains(elements.count)
                ? faults : faults + [JSONFault(pointer: pointer, detail: "has \(elements.count) elements")]
        case (.object(let members), .object(let content)):
            return JSONSchema.faults(in: content, by: members, at: pointer)
        case (.map(let schema), .object(let content)):
            return content.flatMap { schema.faults(in: $1, at: "\(pointer)/\($0)") }
        case (.oneOf(let choices), _):
            let isOne = choices.count { $0.faults(in: value).isEmpty } == 1
            return isOne ? [] : [JSONFault(pointer: pointer, detail: "is not exactly one of the choices")]
        default: return [JSONFault(pointer: pointer, detail: "must not be \(value.kind)")]
        }
    }

    private static func faults(
        in content: [String: JSONValue], by members: [Member], at pointer: String
    ) -> [JSONFault] {
        var faults: [JSONFault] = []
        for member in members {
            let place = "\(pointer)/\(member.name)"
            if let value = content[member.name] {
                faults += member.schema.faults(in: value, at: place)
            } else if member.isRequired {
                faults.append(JSONFault(pointer: place, detail: "is missing"))
            }
        }
        let known = Set(members.map(\.name))
        return faults
            + content.keys.filter { !known.contains($0) }.sorted().map {
                JSONFault(pointer: "\(pointer)/\($0)", detail: "is not named by the schema")
            }
    }
}

extension JSONSchema.Text {
    fileprivate func allows(_ content: String) -> Bool {
        guard values.isEmpty || values.contains(content), length?.contains(content.unicodeScalars.count) ?? true else {
            return false
        }
        return [pattern, formatPattern].compactMap(\.self).allSatisfy { pattern in
            guard let regex = try? Regex(pattern).matchingSemantics(.unicodeScalar) else { return false }
            return content.firstMatch(of: regex) != nil
        }
    }

    private var formatPattern: String? {
        switch format {
        case "uuid": "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
        case "date-time": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?Z$"
        default: nil
        }
    }
}
