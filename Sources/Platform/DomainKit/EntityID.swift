import Encodings
import JSON

/// The identity of an aggregate, a message or anything else that lasts: a UUID (RFC 9562).
///
/// Those that Tradewind makes are of version 7, whose first 48 bits are the time in milliseconds: keys made one after
/// the other lie side by side in an index, and a table can be partitioned by them. Those that others make are taken in
/// any version.
public struct EntityID: Sendable, Hashable {
    /// The first 8 bytes, most significant first.
    public let high: UInt64
    /// The last 8 bytes, most significant first.
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A new identity of version 7 made at `time`, with 74 random bits.
    public static func v7(at time: Timestamp) -> EntityID {
        var generator = SystemRandomNumberGenerator()
        return v7(at: time, using: &generator)
    }

    /// A new identity of version 7 made at `time`, with the random bits of `generator`.
    public static func v7(at time: Timestamp, using generator: inout some RandomNumberGenerator) -> EntityID {
        let milliseconds = UInt64(clamping: time.microseconds / 1_000) & 0xFFFF_FFFF_FFFF
        let high = milliseconds << 16 | 0x7000 | (generator.next() & 0x0FFF)
        let low = 0x8000_0000_0000_0000 | (generator.next() >> 2)
        return EntityID(high: high, low: low)
    }

    /// A new identity of version 7 made now.
    public static func v7() -> EntityID { v7(at: SystemClock().now) }

    /// Reads the text form, 8-4-4-4-12 hexadecimal digits in either case. Nil where the text is anything else.
    public init?(_ text: some StringProtocol) {
        var text = String(text)
        let value: (UInt64, UInt64)? = text.withUTF8 { bytes in
            guard bytes.count == 36 else { return nil }
            var halves: (UInt64, UInt64) = (0, 0)
            var digits = 0
            for (offset, byte) in bytes.enumerated() {
                if offset == 8 || offset == 13 || offset == 18 || offset == 23 {
                    guard byte == UInt8(ascii: "-") else { return nil }
                    continue
                }
                guard let digit = Hexadecimal.value(of: byte).map(UInt64.init) else { return nil }
                if digits < 16 {
                    halves.0 = halves.0 << 4 | digit
                } else {
                    halves.1 = halves.1 << 4 | digit
                }
                digits += 1
            }
            return halves
        }
        guard let value else { return nil }
        self.init(high: value.0, low: value.1)
    }
}

extension EntityID: CustomStringConvertible {
    public var description: String {
        String(unsafeUninitializedCapacity: 36) { buffer in
            var position = 0
            for nibble in 0..<32 {
                if nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20 {
                    buffer[position] = UInt8(ascii: "-")
                    position += 1
                }
                let half = nibble < 16 ? high : low
                buffer[position] = Hexadecimal.digit(
                    UInt8(truncatingIfNeeded: half >> UInt64(60 - 4 * (nibble % 16))) & 0xF)
                position += 1
            }
            return position
        }
    }
}

extension EntityID: Comparable {
    public static func < (left: EntityID, right: EntityID) -> Bool { (left.high, left.low) < (right.high, right.low) }
}

extension EntityID: JSONCodable {
    public init?(json: JSONReader) {
        guard case .string(let text) = json.value, let id = EntityID(text) else {
            json.fault("must be a UUID")
            return nil
        }
        self = id
    }

    public func write(to json: inout JSONWriter) { json.string(description) }
}
