import CJansson

/// Text that is not JSON, and where it stops being it.
public struct JSONSyntaxError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong.
    public let message: String
    /// Line of the fault, counted from 1.
    public let line: Int
    /// Column of the fault in characters, counted from 1.
    public let column: Int

    public var description: String { "\(message) (line \(line), column \(column))" }
}

extension JSONValue {
    /// The deepest nesting of arrays and objects that is read.
    public static let maximumDepth = 64

    /// Reads one JSON document from UTF-8 bytes.
    ///
    /// A repeated member name, invalid UTF-8, a NUL character, a number out of range, anything after the document, and
    /// nesting beyond ``maximumDepth`` are errors.
    /// - Throws: ``JSONSyntaxError`` with the position.
    public init(parsing bytes: [UInt8]) throws(JSONSyntaxError) {
        // jansson recurses once a level: what is too deep must not reach it.
        try JSONValue.checkDepth(bytes)
        var failure = json_error_t()
        let flags = Int(JSON_REJECT_DUPLICATES | JSON_DECODE_ANY)
        let root = bytes.withUnsafeBytes { buffer in
            buffer.withMemoryRebound(to: CChar.self) { json_loadb($0.baseAddress, $0.count, flags, &failure) }
        }
        guard let root else { throw JSONSyntaxError(failure) }
        defer { json_decref(root) }
        self.init(copying: root)
    }

    private static func checkDepth(_ bytes: [UInt8]) throws(JSONSyntaxError) {
        var depth = 0
        var inString = false
        var escaped = false
        for (offset, byte) in bytes.enumerated() {
            if inString {
                if escaped {
                    escaped = false
                } else if byte == UInt8(ascii: "\\") {
                    escaped = true
                } else if byte == UInt8(ascii: "\"") {
                    inString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): inString = true
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                guard depth <= maximumDepth else {
                    let message = "arrays and objects are nested more than \(maximumDepth) deep"
                    throw JSONSyntaxError(message: message, at: offset, of: bytes)
                }
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            default: break
            }
        }
    }

    private init(copying value: UnsafeMutablePointer<json_t>) {
        switch value.pointee.type {
        case JSON_OBJECT:
            var members: [String: JSONValue] = Dictionary(minimumCapacity: json_object_size(value))
            var iterator = json_object_iter(value)
            while let position = iterator {
                if let name = json_object_iter_key(position), let member = json_object_iter_value(position) {
                    members[String(cString: name)] = JSONValue(copying: member)
                }
                iterator = json_object_iter_next(value, position)
            }
            self = .object(members)
        case JSON_ARRAY:
            self = .array(
                (0..<json_array_size(value)).compactMap { json_array_get(value, $0).map(JSONValue.init(copying:)) })
        case JSON_STRING: self = .string(String(cString: json_string_value(value)))
        case JSON_INTEGER: self = .integer(Int64(json_integer_value(value)))
        case JSON_REAL: self = .number(json_real_value(value))
        case JSON_TRUE: self = .bool(true)
        case JSON_FALSE: self = .bool(false)
        default: self = .null
        }
    }
}

extension JSONSyntaxError {
    fileprivate init(_ failure: json_error_t) {
        var failure = failure
        let text = withUnsafeBytes(of: &failure.text) { buffer in
            String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
        }
        // What stands there, which jansson repeats, may be about a person, and this gets into logs.
        message = text.firstRange(of: " near '").map { String(text[..<$0.lowerBound]) } ?? text
        line = max(1, Int(failure.line))
        column = max(1, Int(failure.column))
    }

    fileprivate init(message: String, at offset: Int, of bytes: [UInt8]) {
        self.message = message
        let before = bytes[..<offset]
        line = before.count { $0 == UInt8(ascii: "\n") } + 1
        column = offset - (before.lastIndex(of: UInt8(ascii: "\n")) ?? -1)
    }
}
