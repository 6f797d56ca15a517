import JSON

extension Template {
    /// The most faults that ``faults(in:filledWith:)`` tells of one text.
    public static let maximumFaults = 20

    /// What is wrong with a text that is to be filled with data of a known shape, in the order of the text; empty where
    /// it can be used. A text that is no template has the one fault that ``init(_:)`` finds.
    ///
    /// A name must be one that the data can have where the tag stands, by the rules of lookup: from the innermost section
    /// outwards. A section must be over what can be there or not: a list, an object, a boolean, or what may be null. A
    /// tag that is no section must name a text or a number: all else would give nothing.
    /// - Parameter shape: what the data is, as a rule an object. Members that it does not name are taken for mistakes.
    public static func faults(in text: String, filledWith shape: JSONSchema) -> [TemplateError] {
        do throws(TemplateError) {
            _ = try Template(text)
        } catch {
            return [error]
        }
        var check = NameCheck(shape: shape)
        var faults: [TemplateError] = []
        for tag in TagScanner(text) {
            guard let (code, message) = check.fault(in: tag) else { continue }
            faults.append(TemplateError(code, message, at: TemplatePosition(offset: tag.offset, in: text)))
            if faults.count == maximumFaults { break }
        }
        return faults
    }
}

/// Follows the sections of a template whose tags are in order, and holds its names against the shape of the data.
private struct NameCheck {
    /// A section that is open.
    private struct Section {
        let name: String
        /// What is in reach within it; nil where it opens nothing, as the inverted one, or is a fault already.
        let shape: JSONSchema?
        let isUnknown: Bool
    }

    private let root: JSONSchema
    private var sections: [Section] = []

    init(shape: JSONSchema) { root = shape }

    mutating func fault(in tag: Tag) -> (TemplateError.Code, String)? {
        switch tag.kind {
        case .end:
            _ = sections.popLast()
            return nil
        case .value:
            guard let shape = shape(of: tag.name) else { return unknown(tag.name) }
            return shape.isPrintable
                ? nil : (.notAValue, "\"\(tag.name)\" is \(shape.kind): it gives no text by itself")
        case .section, .invertedSection:
            let shape = shape(of: tag.name)
            defer {
                sections.append(
                    Section(
                        name: tag.name, shape: tag.kind == .section ? shape?.inside : nil,
                        isUnknown: shape == nil && tag.kind == .section))
            }
            guard let shape else { return unknown(tag.name) }
            return shape.isChoice ? nil : (.notASection, "\"\(tag.name)\" is always there: it can be no section")
        case .comment, .partial, .delimiters: return nil
        }
    }

    /// The shape of what a name stands for where the check is; nil where nothing has the name.
    private func shape(of name: String) -> JSONSchema? {
        let scopes = sections.reversed().compactMap(\.shape) + [root]
        if name == "." { return scopes.first }
        let path = name.split(separator: ".", omittingEmptySubsequences: false)
        // The library looks for the whole path in one scope after the other.
        return scopes.lazy.compactMap { $0.shape(at: path) }.first ?? (isBeyond ? .any : nil)
    }

    /// Whether what is looked at stands in a section of an unknown name: that one is the fault, not all that is in it.
    private var isBeyond: Bool { sections.contains(where: \.isUnknown) }

    private func unknown(_ name: String) -> (TemplateError.Code, String) {
        let path = name.split(separator: ".", omittingEmptySubsequences: false)
        guard let section = root.section(with: path) else { return (.unknownName, "There is no \"\(name)\" here") }
        return (.unknownName, "\"\(name)\" is there within {{#\(section)}} only")
    }
}

extension JSONSchema {
    /// What the names in a section over this are looked for in.
    fileprivate var inside: JSONSchema {
        if case .array(let element, _) = form { return element }
        return self
    }

    fileprivate func shape(at path: some Collection<Substring>) -> JSONSchema? {
        guard let name = path.first else { return self }
        let next: JSONSchema?
        switch form {
        case .object(let members): next = members.first { $0.name == name }?.schema
        case .map(let value): next = value
        case .any, .oneOf: return .any
        case .boolean, .integer, .string, .array: next = nil
        }
        return next?.shape(at: path.dropFirst())
    }

    /// Whether there is a text to put in place of a tag.
    fileprivate var isPrintable: Bool {
        switch form {
        case .string, .integer, .any, .oneOf: true
        case .boolean, .array, .object, .map: false
        }
    }

    /// Whether there are two ways that it can be: there or not, true or false.
    fileprivate var isChoice: Bool {
        switch form {
        case .string, .integer: isNullable
        case .boolean, .array, .object, .map, .any, .oneOf: true
        }
    }

    fileprivate var kind: String {
        switch form {
        case .array: "a list"
        case .boolean: "a boolean"
        default: "an object"
        }
    }

    /// The name of a list or object of this object that a path can be found in.
    fileprivate func section(with path: [Substring]) -> String? {
        members.first { member in
            let inside = member.schema.inside
            return !inside.members.isEmpty && inside.shape(at: path) != nil
        }?.name
    }
}
