import CMicroHTTPD
import Encodings
import Tracing

/// What is known of a request once its headers are here, copied: libmicrohttpd's memory lasts only until the answer.
struct RequestHead {
    let method: HTTPMethod?
    let path: String
    /// Nil where it is not percent-encoded UTF-8.
    let query: QueryParameters?
    let headers: HTTPHeaders
    /// The trace that the client is in, where it said so.
    let trace: TraceContext?
    /// Why the request must be refused and its connection closed.
    let objection: String?
    let declaredLength: Int?
    let hasBody: Bool
    /// Whether the body comes in chunks, of which libmicrohttpd also takes some that are not well formed.
    let isChunked: Bool

    /// Reads the head of the request on `connection`, in libmicrohttpd's first callback for it.
    /// - Parameter targetEnd: the address at which the request's target ends.
    init(
        _ connection: OpaquePointer, path: UnsafePointer<CChar>, method: UnsafePointer<CChar>,
        version: UnsafePointer<CChar>, targetEnd: UInt?
    ) {
        let layout = HeadLayout(method: method, target: path, targetEnd: targetEnd, version: version)
        let collected = CollectedHeaders(layout: layout)
        MHD_get_connection_values_n(
            connection, .HEADER_KIND,
            { context, _, name, nameSize, value, valueSize in
                guard let context else { return .NO }
                let collected = Unmanaged<CollectedHeaders>.fromOpaque(context).takeUnretainedValue()
                collected.add(name: bytes(name, nameSize), value: bytes(value, valueSize))
                return .YES
            }, Unmanaged.passUnretained(collected).toOpaque())
        self.method = HTTPMethod(rawValue: String(cString: method))
        self.path = originForm(String(cString: path))
        query = collectedQuery(connection)
        headers = HTTPHeaders(collected.fields)
        trace = headers.trace
        let isWhole = collected.layout.isWhole(size: tradewind_header_size(connection))
        let version = String(cString: version)
        objection =
            RequestGuard.objection(method: method, target: path, version: version)
            ?? collected.guarding.objection(version: version)
            ?? (isWhole
                ? nil
                : "The lines are not divided as they must be: by CRLF, their parts by one space, no header folded.")
        declaredLength = collected.guarding.declaredLength
        hasBody = collected.guarding.hasBody
        isChunked = collected.guarding.isChunkedBody
    }

    /// Whether the client waits for a word before it sends its body.
    var expectsContinue: Bool { headers["expect"]?.equalsIgnoringCase("100-continue") ?? false }
}

private final class CollectedHeaders {
    var fields: [HTTPHeaders.Field] = []
    var guarding = RequestGuard()
    var layout: HeadLayout

    init(layout: HeadLayout) { self.layout = layout }

    func add(name: UnsafeBufferPointer<UInt8>, value: UnsafeBufferPointer<UInt8>) {
        guarding.see(name: name, value: value)
        layout.see(name: name, value: value)
        fields.append(
            HTTPHeaders.Field(
                name: String(decoding: name, as: UTF8.self), value: String(decoding: value, as: UTF8.self)))
    }
}

private final class CollectedQuery {
    var items: [QueryParameters.Item] = []
    var isValid = true

    func add(name: UnsafeBufferPointer<UInt8>, value: UnsafeBufferPointer<UInt8>) {
        // libmicrohttpd has made spaces of plus signs, and kept what is percent-encoded.
        guard let name = percentDecoded(name), let value = percentDecoded(value) else {
            isValid = false
            return
        }
        items.append(QueryParameters.Item(name: name, value: value))
    }
}

private func collectedQuery(_ connection: OpaquePointer) -> QueryParameters? {
    let collected = CollectedQuery()
    MHD_get_connection_values_n(
        connection, .GET_ARGUMENT_KIND,
        { context, _, name, nameSize, value, valueSize in
            guard let context else { return .NO }
            let collected = Unmanaged<CollectedQuery>.fromOpaque(context).takeUnretainedValue()
            collected.add(name: bytes(name, nameSize), value: bytes(value, valueSize))
            return .YES
        }, Unmanaged.passUnretained(collected).toOpaque())
    return collected.isValid ? QueryParameters(collected.items) : nil
}

private func bytes(_ start: UnsafePointer<CChar>?, _ count: Int) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(
        start: UnsafeRawPointer(start)?.assumingMemoryBound(to: UInt8.self), count: start == nil ? 0 : count)
}

/// The path alone, where the client sent the whole URL as if to a proxy (RFC 9112 section 3.2.2).
private func originForm(_ target: String) -> String {
    guard !target.hasPrefix("/") else { return target }
    let lowercased = target.lowercased()
    guard lowercased.hasPrefix("http://") || lowercased.hasPrefix("https://") else { return target }
    let afterScheme = target.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)[2]
    return afterScheme.firstIndex(of: "/").map { String(afterScheme[$0...]) } ?? "/"
}
