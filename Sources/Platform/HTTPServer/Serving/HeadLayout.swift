import Glibc

/// Tells whether the head of a request is what its headers say and nothing else: the request line and one line each.
///
/// libmicrohttpd takes a single CR or LF for the end of a line, glues a folded line to the *name* of its header, and
/// takes a line that begins with a colon for the end of the headers: a proxy in front sees other headers then, and maybe
/// another end of the request. It parses in place, putting zeros where separators were, so the addresses tell: the target
/// lies one byte after the method, the version one after the target, each name two bytes after the last value, each value
/// a colon and spaces after its name. A zero that the client sent shows in the same way.
struct HeadLayout {
    private let start: UnsafePointer<UInt8>
    private var end: UnsafePointer<UInt8>
    private var isContiguous: Bool

    init(
        method: UnsafePointer<CChar>, target: UnsafePointer<CChar>, targetEnd: UInt?, version: UnsafePointer<CChar>
    ) {
        start = UnsafeRawPointer(method).assumingMemoryBound(to: UInt8.self)
        end = UnsafeRawPointer(version + strlen(version)).assumingMemoryBound(to: UInt8.self)
        isContiguous =
            method + strlen(method) + 1 == target && targetEnd.map { $0 + 1 } == UInt(bitPattern: version)
    }

    /// Takes the next header, in the order in which they came.
    mutating func see(name: UnsafeBufferPointer<UInt8>, value: UnsafeBufferPointer<UInt8>) {
        guard isContiguous else { return }
        isContiguous = false
        guard let nameStart = name.baseAddress, let valueStart = value.baseAddress, nameStart == end + 2 else { return }
        var position = nameStart + name.count + 1
        guard position <= valueStart else { return }
        while position < valueStart, position.pointee == UInt8(ascii: " ") || position.pointee == UInt8(ascii: "\t") {
            position += 1
        }
        isContiguous = position == valueStart
        end = valueStart + value.count
    }

    /// - Parameter size: the bytes of the head, with the empty line at its end.
    func isWhole(size: Int) -> Bool { isContiguous && start + size == end + 4 }
}
