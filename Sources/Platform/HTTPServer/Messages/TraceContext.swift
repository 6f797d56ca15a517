import Glibc

/// The place of a request in a distributed trace (W3C Trace Context).
public struct TraceContext: Sendable, Equatable {
    private let high: UInt64
    private let low: UInt64
    private let span: UInt64
    private let flags: UInt8

    /// A span of the trace that `traceparent` names, or of a new trace where it is absent or not valid.
    public init(continuing traceparent: String?) {
        // One system call for all that may be needed. An id of zeros is not valid.
        var random: (span: UInt64, high: UInt64, low: UInt64) = (0, 0, 0)
        _ = withUnsafeMutableBytes(of: &random) { getentropy($0.baseAddress, $0.count) }
        span = max(1, random.span)
        (high, low, flags) = traceparent.flatMap(TraceContext.parse) ?? (max(1, random.high), random.low, 1)
    }

    /// The trace, in 32 hexadecimal digits.
    public var traceID: String { String(decoding: hexadecimal(high) + hexadecimal(low), as: UTF8.self) }
    /// This request's part of the trace, in 16 hexadecimal digits.
    public var spanID: String { String(decoding: hexadecimal(span), as: UTF8.self) }

    /// The header to hand on: the same trace, this span as the parent.
    public var traceparent: String {
        String(unsafeUninitializedCapacity: 55) { buffer in
            _ = buffer.initialize(fromContentsOf: "00-".utf8)
            write(high, into: buffer, at: 3)
            write(low, into: buffer, at: 19)
            buffer[35] = UInt8(ascii: "-")
            write(span, into: buffer, at: 36)
            buffer[52] = UInt8(ascii: "-")
            buffer[53] = digit(UInt64(flags >> 4))
            buffer[54] = digit(UInt64(flags & 0xF))
            return 55
        }
    }

    private static func parse(_ text: String) -> (UInt64, UInt64, UInt8)? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        // A later version may add parts at the end; version ff is never valid.
        guard parts.count >= 4, parts[0].utf8.count == 2, parts[0] != "ff", parts[0] != "00" || parts.count == 4,
            parts[1].utf8.count == 32, parts[2].utf8.count == 16, parts[3].utf8.count == 2,
            parts.prefix(4).allSatisfy({ $0.utf8.allSatisfy(isLowercaseHexadecimal) }),
            let high = UInt64(parts[1].prefix(16), radix: 16), let low = UInt64(parts[1].suffix(16), radix: 16),
            high | low != 0, UInt64(parts[2], radix: 16) != 0, let flags = UInt8(parts[3], radix: 16)
        else { return nil }
        return (high, low, flags & 1)
    }
}

private func isLowercaseHexadecimal(_ byte: UInt8) -> Bool {
    hexadecimalDigit(byte) != nil && !(UInt8(ascii: "A")...UInt8(ascii: "F")).contains(byte)
}

private func digit(_ value: UInt64) -> UInt8 {
    UInt8(truncatingIfNeeded: value) + (value < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10)
}

private func hexadecimal(_ value: UInt64) -> [UInt8] {
    (0..<16).map { digit(value >> UInt64(60 - 4 * $0) & 0xF) }
}

private func write(_ value: UInt64, into buffer: UnsafeMutableBufferPointer<UInt8>, at offset: Int) {
    for position in 0..<16 { buffer[offset + position] = digit(value >> UInt64(60 - 4 * position) & 0xF) }
}
