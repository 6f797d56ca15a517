import Encodings
import Glibc

/// A place in a distributed trace: which trace, which span of it, and whether that is recorded (W3C Trace Context,
/// level 1). It travels in the headers `traceparent` and `tracestate`.
public struct TraceContext: Sendable, Equatable {
    let high: UInt64
    let low: UInt64
    let span: UInt64
    /// Whether whoever made this span records it, and so whoever continues it had better, too.
    public let isSampled: Bool
    /// What other systems keep in the trace; passed on as it came. Nil where there is nothing.
    public let tracestate: String?

    init(high: UInt64, low: UInt64, span: UInt64, isSampled: Bool, tracestate: String? = nil) {
        self.high = high
        self.low = low
        self.span = span
        self.isSampled = isSampled
        self.tracestate = tracestate
    }

    /// Reads the two headers.
    ///
    /// Nil where there is no `traceparent`, or one that is not valid: a new trace begins then. A `tracestate` that is not
    /// valid is left out.
    public init?(traceparent: String?, tracestate: String? = nil) {
        guard let traceparent, let (high, low, span, flags) = parse(traceparent) else { return nil }
        self.init(
            high: high, low: low, span: span, isSampled: flags & 1 != 0,
            tracestate: tracestate.flatMap(validTracestate))
    }

    /// The first span of a new trace.
    public static func root(isSampled: Bool) -> TraceContext {
        // One system call for all. An id of zeros is not valid.
        var random: (high: UInt64, low: UInt64, span: UInt64) = (0, 0, 0)
        _ = withUnsafeMutableBytes(of: &random) { getentropy($0.baseAddress, $0.count) }
        return TraceContext(
            high: max(1, random.high), low: random.low, span: max(1, random.span), isSampled: isSampled)
    }

    /// Another span of the same trace.
    public func child(isSampled: Bool) -> TraceContext {
        var random: UInt64 = 0
        _ = withUnsafeMutableBytes(of: &random) { getentropy($0.baseAddress, $0.count) }
        return TraceContext(
            high: high, low: low, span: max(1, random), isSampled: isSampled, tracestate: tracestate)
    }

    /// The trace, in 32 hexadecimal digits.
    public var traceID: String {
        String(unsafeUninitializedCapacity: 32) { buffer in
            Hexadecimal.write(high, into: buffer, at: 0)
            Hexadecimal.write(low, into: buffer, at: 16)
            return 32
        }
    }

    /// The span, in 16 hexadecimal digits.
    public var spanID: String { Hexadecimal.encode(span) }

    /// The header to hand on: whoever gets it continues this span.
    public var traceparent: String {
        String(unsafeUninitializedCapacity: 55) { buffer in
            _ = buffer.initialize(fromContentsOf: "00-".utf8)
            Hexadecimal.write(high, into: buffer, at: 3)
            Hexadecimal.write(low, into: buffer, at: 19)
            buffer[35] = UInt8(ascii: "-")
            Hexadecimal.write(span, into: buffer, at: 36)
            _ = buffer[52...].initialize(fromContentsOf: (isSampled ? "-01" : "-00").utf8)
            return 55
        }
    }
}

/// `00-<32 digits>-<16 digits>-<2 digits>`, digits hexadecimal in lower case.
private func parse(_ text: String) -> (high: UInt64, low: UInt64, span: UInt64, flags: UInt8)? {
    var text = text
    return text.withUTF8 { bytes in
        guard bytes.count >= 55, bytes[2] == dash, bytes[35] == dash, bytes[52] == dash,
            let version = number(bytes[0..<2]), let high = number(bytes[3..<19]), let low = number(bytes[19..<35]),
            let span = number(bytes[36..<52]), let flags = number(bytes[53..<55])
        else { return nil }
        // A later version may add parts behind another dash; version ff is never valid.
        let isWhole = bytes.count == 55 || version > 0 && bytes[55] == dash
        guard version != 0xFF, isWhole, high | low != 0, span != 0 else { return nil }
        return (high, low, span, UInt8(flags))
    }
}

private let dash = UInt8(ascii: "-")

private func number(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> UInt64? {
    var value: UInt64 = 0
    for byte in digits {
        // Capitals are no digits here.
        guard let digit = Hexadecimal.value(of: byte), !(UInt8(ascii: "A")...UInt8(ascii: "F")).contains(byte) else {
            return nil
        }
        value = value << 4 | UInt64(digit)
    }
    return value
}
