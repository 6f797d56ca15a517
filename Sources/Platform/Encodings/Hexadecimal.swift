/// Hexadecimal digits (RFC 4648 section 8): read in either case, written in lower case.
///
/// What handles single digits can be inlined: ids and paths of every request pass through it, from other modules.
public enum Hexadecimal {
    /// Two digits for each byte.
    public static func encode(_ bytes: [UInt8]) -> String {
        String(unsafeUninitializedCapacity: bytes.count * 2) { buffer in
            for (position, byte) in bytes.enumerated() {
                buffer[2 * position] = digit(byte >> 4)
                buffer[2 * position + 1] = digit(byte & 0xF)
            }
            return bytes.count * 2
        }
    }

    /// Sixteen digits, the highest first.
    public static func encode(_ value: UInt64) -> String {
        String(unsafeUninitializedCapacity: 16) { buffer in
            write(value, into: buffer, at: 0)
            return 16
        }
    }

    /// Writes sixteen digits, the highest first, for which `buffer` must have room behind `offset`.
    @inlinable public static func write(
        _ value: UInt64, into buffer: UnsafeMutableBufferPointer<UInt8>, at offset: Int
    ) {
        for position in 0..<16 {
            buffer[offset + position] = digit(UInt8(truncatingIfNeeded: value >> UInt64(60 - 4 * position)) & 0xF)
        }
    }

    /// The digit that stands for a value from 0 to 15.
    @inlinable public static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    /// What one digit stands for; nil where the byte is none.
    @inlinable public static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
