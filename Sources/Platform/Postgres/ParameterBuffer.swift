import CLibpq
import DomainKit

/// The parameters of one statement in the form libpq takes, in one piece of memory.
struct ParameterBuffer {
    private var bytes: [UInt8] = []
    /// Where each value starts in `bytes`; -1 is NULL.
    private var starts: [Int] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []

    /// - Throws: ``PostgresError`` `invalidParameter` when a text holds a NUL character: the protocol would cut it off
    ///   there without a word.
    init(_ values: [PostgresValue]) throws(PostgresError) {
        starts.reserveCapacity(values.count)
        lengths.reserveCapacity(values.count)
        formats.reserveCapacity(values.count)
        for (index, value) in values.enumerated() {
            let start = bytes.count
            var isBinary = false
            var mayHoldNUL = false
            var isRefused = false
            switch value.storage {
            case .null:
                starts.append(-1)
                lengths.append(0)
                formats.append(0)
                continue
            case .text(let text):
                bytes.append(contentsOf: text.utf8)
                mayHoldNUL = true
            case .integer(let integer): bytes.append(decimal: integer)
            case .bool(let bool): bytes.append(bool ? UInt8(ascii: "t") : UInt8(ascii: "f"))
            case .id(let id): bytes.append(id: id)
            case .timestamp(let timestamp): bytes.append(timestamp: timestamp)
            case .encoded(let encoded):
                bytes.append(contentsOf: encoded)
                mayHoldNUL = true
            case .binary(let raw):
                bytes.append(contentsOf: raw)
                isBinary = true
            case .array(let raw, let holdsNUL):
                bytes.append(contentsOf: raw)
                isBinary = true
                isRefused = holdsNUL
            }
            if isRefused || mayHoldNUL && bytes[start...].contains(0) {
                throw PostgresError(.invalidParameter, "parameter $\(index + 1) holds a NUL character")
            }
            starts.append(start)
            lengths.append(Int32(bytes.count - start))
            formats.append(isBinary ? 1 : 0)
            bytes.append(0)
        }
    }

    /// Lends pointers to the values, their lengths and formats, as `PQsendQueryPrepared` takes them.
    func withPointers<Answer>(
        _ body: (
            _ count: Int32, _ values: UnsafePointer<UnsafePointer<CChar>?>?, _ lengths: UnsafePointer<Int32>?,
            _ formats: UnsafePointer<Int32>?
        ) -> Answer
    ) -> Answer {
        guard !starts.isEmpty else { return body(0, nil, nil, nil) }
        return bytes.withUnsafeBytes { memory in
            withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: starts.count) { pointers in
                for (index, start) in starts.enumerated() {
                    let pointer = start < 0 ? nil : memory.baseAddress?.advanced(by: start)
                    pointers.initializeElement(at: index, to: pointer?.assumingMemoryBound(to: CChar.self))
                }
                return lengths.withUnsafeBufferPointer { lengths in
                    formats.withUnsafeBufferPointer { formats in
                        body(Int32(starts.count), pointers.baseAddress, lengths.baseAddress, formats.baseAddress)
                    }
                }
            }
        }
    }
}
