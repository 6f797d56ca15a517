/// A type that can be written as JSON.
public protocol JSONEncodable {
    /// Writes exactly one JSON value.
    func write(to json: inout JSONWriter)
}

/// A type that can be read from JSON and written as it.
public typealias JSONCodable = JSONDecodable & JSONEncodable

extension JSONEncodable {
    /// The value as JSON text in UTF-8.
    public var jsonBytes: [UInt8] {
        var json = JSONWriter()
        write(to: &json)
        return json.bytes
    }

    /// The value as JSON text.
    public var jsonText: String { String(decoding: jsonBytes, as: UTF8.self) }
}

/// Writes JSON text in UTF-8, without white space, members in the order in which they are written.
public struct JSONWriter: Sendable {
    /// What has been written.
    public private(set) var bytes: [UInt8] = []
    /// Whether the next member or element has one before it.
    private var needsComma = false

    public init() { bytes.reserveCapacity(256) }

    public mutating func null() { bytes.append(contentsOf: "null".utf8) }
    public mutating func bool(_ value: Bool) { bytes.append(contentsOf: (value ? "true" : "false").utf8) }
    public mutating func integer(_ value: some BinaryInteger) { bytes.append(contentsOf: String(value).utf8) }

    /// Writes a number; one that JSON cannot express (infinite, not a number) as null.
    public mutating func number(_ value: Double) {
        value.isFinite ? bytes.append(contentsOf: String(value).utf8) : null()
    }

    /// Writes `bytes`, which must be one JSON value, as they are.
    public mutating func raw(_ value: [UInt8]) { bytes.append(contentsOf: value) }

    /// Writes a string, escaping what RFC 8259 section 7 says must be.
    public mutating func string(_ value: String) {
        var value = value
        bytes.append(UInt8(ascii: "\""))
        value.withUTF8 { text in
            let isPlain = text.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
            if isPlain { bytes.append(contentsOf: text) } else { escape(text) }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ text: UnsafeBufferPointer<UInt8>) {
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case UInt8(ascii: "\n"): bytes.append(contentsOf: #"\n"#.utf8)
            case UInt8(ascii: "\r"): bytes.append(contentsOf: #"\r"#.utf8)
            case UInt8(ascii: "\t"): bytes.append(contentsOf: #"\t"#.utf8)
            case 0..<0x20:
                let hex = String(byte, radix: 16)
                bytes.append(contentsOf: (hex.utf8.count == 1 ? #"\u000"# : #"\u00"#).utf8)
                bytes.append(contentsOf: hex.utf8)
            default: bytes.append(byte)
            }
        }
    }

    /// Writes an object, whose members `body` writes with ``field(_:_:)-(_,some)``.
    public mutating func object(_ body: (inout JSONWriter) throws -> Void) rethrows {
        try nested(UInt8(ascii: "{"), UInt8(ascii: "}"), body)
    }

    /// Writes an array of the given elements.
    public mutating func array(_ elements: some Sequence<some JSONEncodable>) {
        nested(UInt8(ascii: "["), UInt8(ascii: "]")) { json in
            for element in elements {
                json.separate()
                element.write(to: &json)
                json.needsComma = true
            }
        }
    }

    /// Writes a member of the object that is being written.
    public mutating func field(_ name: String, _ value: some JSONEncodable) {
        field(name) { value.write(to: &$0) }
    }

    /// Writes a member whose value is an array.
    public mutating func field(_ name: String, _ elements: [some JSONEncodable]) {
        field(name) { $0.array(elements) }
    }

    /// Writes a member, or nothing at all where there is no value.
    public mutating func field(_ name: String, ifPresent value: (some JSONEncodable)?) {
        if let value { field(name, value) }
    }

    /// Writes a member, with null where there is no value.
    public mutating func field(_ name: String, orNull value: (some JSONEncodable)?) {
        field(name) { json in
            if let value { value.write(to: &json) } else { json.null() }
        }
    }

    /// Writes a member whose value `body` writes.
    public mutating func field(_ name: String, _ body: (inout JSONWriter) throws -> Void) rethrows {
        separate()
        string(name)
        bytes.append(UInt8(ascii: ":"))
        try body(&self)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = false
    }

    private mutating func nested(
        _ open: UInt8, _ close: UInt8, _ body: (inout JSONWriter) throws -> Void
    ) rethrows {
        bytes.append(open)
        needsComma = false
        try body(&self)
        bytes.append(close)
    }
}
