import DomainKit

/// The binary form of a one-dimensional array. The server takes it apart without looking at each byte, as it has to with
/// the text form: that matters where the texts are long, as bodies of messages are.
struct BinaryArray {
    /// Types of elements, by their object identifiers in every PostgreSQL.
    enum Element: Int32 {
        case bytea = 17
        case text = 25
        case timestamptz = 1184
        case uuid = 2950
    }

    /// What is sent: number of dimensions, whether there are NULLs, the type; then the dimension and the elements, each
    /// with its length in front.
    private(set) var bytes: [UInt8] = []
    /// Whether a text holds a NUL character, which no text of the server can.
    private(set) var holdsNUL = false
    private var count: Int32 = 0

    private static let hasNullsOffset = 4
    private static let countOffset = 12

    /// - Parameter capacity: the size of all elements with their lengths, if known.
    init(of element: Element, capacity: Int) {
        bytes.reserveCapacity(20 + capacity)
        let dimensions: Int32 = 1
        let lowerBound: Int32 = 1
        for word in [dimensions, 0, element.rawValue, count, lowerBound] { bytes.append(bigEndian: word) }
    }

    mutating func append(_ id: EntityID) {
        begin(length: 16)
        bytes.append(bigEndian: id.high)
        bytes.append(bigEndian: id.low)
    }

    mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { text in
            begin(length: text.count)
            bytes.append(contentsOf: text)
            holdsNUL = holdsNUL || text.contains(0)
        }
    }

    mutating func append(_ timestamp: Timestamp) {
        // The server counts from 2000 on. What it could not hold becomes a time that it refuses, and not its infinity.
        let (value, isBeyond) = timestamp.microseconds.subtractingReportingOverflow(946_684_800_000_000)
        begin(length: 8)
        bytes.append(bigEndian: isBeyond ? Int64.min + 1 : value)
    }

    mutating func append(_ raw: [UInt8]) {
        begin(length: raw.count)
        bytes.append(contentsOf: raw)
    }

    mutating func appendNull() {
        bytes[Self.hasNullsOffset + 3] = 1
        begin(length: -1)
    }

    private mutating func begin(length: Int) {
        count += 1
        withUnsafeBytes(of: count.bigEndian) { count in
            for index in 0..<4 { bytes[Self.countOffset + index] = count[index] }
        }
        bytes.append(bigEndian: Int32(length))
    }
}
