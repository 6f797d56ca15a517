/// One thing wrong with a document, and where.
public struct JSONFault: Sendable, Equatable, JSONEncodable {
    /// Where, as a JSON pointer (RFC 6901); empty for the whole document.
    public let pointer: String
    /// What is wrong, as the end of a sentence: "must be an integer from 1 to 10000".
    public let detail: String

    public init(pointer: String, detail: String) {
        self.pointer = pointer
        self.detail = detail
    }

    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("pointer", pointer)
            json.field("detail", detail)
        }
    }
}

/// All that is wrong with a document, gathered in one pass.
public struct JSONFaults: Error, Sendable, Equatable, CustomStringConvertible {
    public let faults: [JSONFault]

    public init(_ faults: [JSONFault]) { self.faults = faults }

    public var description: String { faults.map { "\($0.pointer) \($0.detail)" }.joined(separator: "; ") }
}

/// A type that can be read from a JSON document, telling every fault that it finds.
public protocol JSONDecodable {
    /// Reads a value at `json`. Returns nil after at least one ``JSONReader/fault(_:)``.
    init?(json: JSONReader)
}

/// A place in a JSON document, from which values are read. All readers of one document gather their faults together.
///
/// Not `Sendable`: a document is read where it was parsed.
public struct JSONReader {
    /// The value at this place; nil where the document has none.
    public let value: JSONValue?
    private let path: Path
    private let gathered: Gathered

    private final class Gathered {
        var faults: [JSONFault] = []
    }

    /// Kept as a chain and rendered only when there is a fault.
    private indirect enum Path {
        case root
        case member(Path, String)
        case element(Path, Int)

        var pointer: String {
            switch self {
            case .root: return ""
            case .member(let parent, let name):
                var escaped = ""
                for character in name {
                    switch character {
                    case "~": escaped += "~0"
                    case "/": escaped += "~1"
                    default: escaped.append(character)
                    }
                }
                return "\(parent.pointer)/\(escaped)"
            case .element(let parent, let index): return "\(parent.pointer)/\(index)"
            }
        }
    }

    private init(value: JSONValue?, path: Path, gathered: Gathered) {
        self.value = value
        self.path = path
        self.gathered = gathered
    }

    /// Reads a `T` from a whole document.
    /// - Throws: ``JSONFaults`` with every fault found.
    public static func decode<T: JSONDecodable>(_ type: T.Type = T.self, from value: JSONValue) throws(JSONFaults) -> T
    {
        let gathered = Gathered()
        let result = T(json: JSONReader(value: value, path: .root, gathered: gathered))
        guard gathered.faults.isEmpty, let result else {
            throw JSONFaults(
                gathered.faults.isEmpty ? [JSONFault(pointer: "", detail: "cannot be read")] : gathered.faults)
        }
        return result
    }

    /// Records that the value at this place is wrong.
    public func fault(_ detail: String) { gathered.faults.append(JSONFault(pointer: path.pointer, detail: detail)) }

    /// The JSON pointer (RFC 6901) of this place.
    public var pointer: String { path.pointer }

    /// Whether there is nothing here, or null.
    public var isAbsent: Bool { value == nil || value == .null }

    /// The place of a member. It exists also where the object has no such member, and then has no value.
    public subscript(_ name: String) -> JSONReader {
        JSONReader(value: value?[name], path: .member(path, name), gathered: gathered)
    }

    /// Whether this is an object; a fault is recorded where it is not.
    public func isObject() -> Bool {
        if case .object = value { return true }
        fault(value == nil ? "is required" : "must be an object")
        return false
    }

    /// The value here; absent or null is a fault.
    public func required<T: JSONDecodable>(_ type: T.Type = T.self) -> T? {
        guard !isAbsent else {
            fault("is required")
            return nil
        }
        return T(json: self)
    }

    /// The value here, or nil where it is absent, null, or (with a fault recorded) wrong.
    public func optional<T: JSONDecodable>(_ type: T.Type = T.self) -> T? { isAbsent ? nil : T(json: self) }

    /// The elements of the array here, each read as a `T`; nil after a fault.
    /// - Parameter count: how many elements are allowed.
    public func array<T: JSONDecodable>(of type: T.Type = T.self, count: ClosedRange<Int> = 0...Int.max) -> [T]? {
        guard case .array(let elements) = value else {
            fault(isAbsent ? "is required" : "must be an array")
            return nil
        }
        guard count.contains(elements.count) else {
            fault("must have \(count.inWords(of: "element")), but has \(elements.count)")
            return nil
        }
        var read: [T] = []
        read.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            // Goes on after a fault, to find the others.
            if let value = T(json: JSONReader(value: element, path: .element(path, index), gathered: gathered)) {
                read.append(value)
            }
        }
        return read.count == elements.count ? read : nil
    }

    /// The text here, trimmed of nothing, with a length in Unicode scalars within `length`; nil after a fault.
    public func string(length: ClosedRange<Int>) -> String? {
        guard let text = required(String.self) else { return nil }
        guard length.contains(text.unicodeScalars.count) else {
            fault("must have \(length.inWords(of: "character"))")
            return nil
        }
        return text
    }

    /// The integer here, within `range`; nil after a fault.
    public func integer(in range: ClosedRange<Int>) -> Int? {
        guard !isAbsent else {
            fault("is required")
            return nil
        }
        guard case .integer(let number) = value, let number = Int(exactly: number), range.contains(number) else {
            fault("must be an integer from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }
}

extension ClosedRange<Int> {
    fileprivate func inWords(of noun: String) -> String {
        switch (lowerBound, upperBound) {
        case (0, let most): "at most \(most) \(noun)s"
        case (let least, .max): "at least \(least) \(noun)s"
        case (let least, let most) where least == most: "exactly \(most) \(noun)s"
        default: "\(lowerBound) to \(upperBound) \(noun)s"
        }
    }
}
