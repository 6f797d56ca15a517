import DomainKit

/// Writes values in the text form that PostgreSQL reads, without making strings on the way.
extension [UInt8] {
    mutating func append(bigEndian value: Int32) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }

    mutating func append(decimal value: some BinaryInteger) {
        append(contentsOf: value.description.utf8)
    }

    mutating func append(id: EntityID) {
        for index in 0..<32 {
            if index == 8 || index == 12 || index == 16 || index == 20 { append(UInt8(ascii: "-")) }
            let half = index < 16 ? id.high : id.low
            let nibble = UInt8(truncatingIfNeeded: half >> UInt64(60 - 4 * (index % 16))) & 15
            append(nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10)
        }
    }

    /// `2026-11-21T09:50:26.123456Z`
    mutating func append(timestamp: Timestamp) {
        append(contentsOf: timestamp.description.utf8)
    }
}
