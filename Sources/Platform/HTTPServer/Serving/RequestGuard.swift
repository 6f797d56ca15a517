/// Refuses requests whose end two parties could see in different places, and other nonsense that libmicrohttpd lets
/// through. Without it a proxy in front and this server could disagree about where the next request begins.
struct RequestGuard {
    private var contentLengths = 0
    private var contentLength: String?
    private var transferEncodings = 0
    private var isChunked = true
    private var hosts = 0
    private var hasBadHost = false
    private var hasBadName = false
    private var hasBadValue = false

    /// Looks at one header.
    mutating func see(name: UnsafeBufferPointer<UInt8>, value: UnsafeBufferPointer<UInt8>) {
        if name.isEmpty || !name.allSatisfy(isTokenCharacter) { hasBadName = true }
        // Also a carriage return or line feed that libmicrohttpd did not take for the end of the line.
        if value.contains(where: { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7F }) { hasBadValue = true }
        switch name.count {
        case 4 where name.isSame(as: "host"):
            hosts += 1
            hasBadHost = hasBadHost || !value.allSatisfy(isHostCharacter)
        case 14 where name.isSame(as: "content-length"):
            contentLengths += 1
            contentLength = String(decoding: value, as: UTF8.self)
        case 17 where name.isSame(as: "transfer-encoding"):
            transferEncodings += 1
            isChunked = isChunked && value.isSame(as: "chunked")
        default: break
        }
    }

    /// Why the request must be refused; nil where it need not.
    func objection(version: String) -> String? {
        if hasBadName { return "A header has a name that is not a token." }
        if hasBadValue { return "A header has a value with a control character." }
        if contentLengths > 1 { return "There is more than one Content-Length." }
        if transferEncodings > 1 { return "There is more than one Transfer-Encoding." }
        if contentLengths + transferEncodings > 1 { return "There is both a Content-Length and a Transfer-Encoding." }
        if !isChunked { return "The Transfer-Encoding is not chunked." }
        if transferEncodings > 0, version != "HTTP/1.1" { return "Transfer-Encoding needs HTTP/1.1." }
        if contentLength != nil, declaredLength == nil { return "The Content-Length is not a number." }
        if hasBadHost { return "The Host is not a name or address." }
        if hosts > 1 || (hosts == 0 && version != "HTTP/1.0") { return "There must be exactly one Host." }
        return nil
    }

    /// Why a request with such a first line must be refused; nil where it need not.
    static func objection(method: UnsafePointer<CChar>, target: UnsafePointer<CChar>, version: String) -> String? {
        if method.pointee == 0 || !isAll(method, isTokenCharacter) { return "The method is not a token." }
        if !isAll(target, { (0x21...0x7E).contains($0) }) {
            return "The request target has a character that must be percent-encoded."
        }
        if version != "HTTP/1.1", version != "HTTP/1.0" { return "The version is not HTTP/1.1 or HTTP/1.0." }
        return nil
    }

    /// The length that the client promised.
    var declaredLength: Int? {
        guard let contentLength, !contentLength.isEmpty, contentLength.utf8.allSatisfy({ (48...57).contains($0) })
        else {
            return nil
        }
        return Int(contentLength)
    }

    /// Whether a body follows the headers.
    var hasBody: Bool { isChunkedBody || (declaredLength ?? 0) > 0 }
    /// Whether the body comes in chunks.
    var isChunkedBody: Bool { transferEncodings > 0 }
}

/// A token character of RFC 9110 section 5.6.2.
private func isTokenCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
}

/// What a name or address with a port is written with (RFC 3986 section 3.2.2).
private func isHostCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
    default: "-._~%!$&'()*+,;=:[]".utf8.contains(byte)
    }
}

private func isAll(_ text: UnsafePointer<CChar>, _ isAllowed: (UInt8) -> Bool) -> Bool {
    var position = text
    while position.pointee != 0 {
        guard isAllowed(UInt8(bitPattern: position.pointee)) else { return false }
        position += 1
    }
    return true
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether these are the bytes of `text`, which is in lower case, in either case.
    fileprivate func isSame(as text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        return indices.allSatisfy { self[$0] | 0x20 == text.utf8Start[$0] | 0x20 }
    }
}
