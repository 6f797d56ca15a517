/// Tells whether the head of a request is what its headers say and nothing else: the request line and one line each.
///
/// libmicrohttpd takes a single CR or LF for the end of a line, glues a folded line to the *name* of its header, and
/// takes a line that begins with a colon for the end of the headers: a proxy in front sees other headers then, and maybe
/// another end of the request. It parses in place, putting zeros where separators were, so the addresses tell: each name
/// lies two bytes after the last value, each value a colon and spaces after its name.
struct HeadLayout {
    private let start: UnsafePointer<UInt8>
    private var end: UnsafePointer<UInt8>
    private var isContiguous = true

    init(method: UnsafePointer<CChar>, version: UnsafePointer<CChar>) {
        start = UnsafeRawPointer(method).assumingMemoryBound(to: UInt8.self)
        var end = UnsafeRawPointer(version).assumingMemoryBound(to: UInt8.self)
        while end.pointee != 0 { end += 1 }
        self.end = end
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
