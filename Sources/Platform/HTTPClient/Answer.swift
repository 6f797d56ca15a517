import CCurl

/// Gathers an answer as libcurl hands it over. Not `Sendable`: it stays on the client's thread.
final class Answer {
    let sizeLimit: Int
    private(set) var headers: [(name: String, value: String)] = []
    private(set) var body: [UInt8] = []
    private(set) var isTooLarge = false
    private var headerBytes = 0

    init(sizeLimit: Int) { self.sizeLimit = sizeLimit }

    /// - Returns: whether to go on.
    func take(headerLine bytes: UnsafeRawBufferPointer) -> Bool {
        headerBytes += bytes.count
        guard headerBytes <= 256 * 1_024 else { return refuse() }
        let line = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n").first ?? ""
        // Each answer begins with its status: what came before was `100 Continue` or a proxy's.
        if line.hasPrefix("HTTP/") { headers = [] }
        guard let colon = line.firstIndex(of: ":") else { return true }
        let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
        headers.append((name: String(line[..<colon]), value: String(value)))
        return true
    }

    /// - Returns: whether to go on.
    func take(_ part: UnsafeRawBufferPointer) -> Bool {
        guard body.count + part.count <= sizeLimit else { return refuse() }
        body += part
        return true
    }

    private func refuse() -> Bool {
        isTooLarge = true
        return false
    }
}

/// The header lines of a request. Owns libcurl's list and frees it.
final class HeaderList {
    let list: UnsafeMutablePointer<curl_slist>?

    /// - Throws: `invalidRequest` where a header could not be told from two, or from the body.
    init(_ request: WebRequest) throws(WebClientError) {
        for (name, value) in request.headers {
            let isFit = !name.isEmpty && name.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ":") }
            guard isFit, value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
                throw WebClientError(.invalidRequest, request.url, "a header that cannot be sent")
            }
        }
        // No `Expect`: libcurl would wait for `100 Continue` before a larger body.
        var list = curl_slist_append(nil, "Expect:")
        for (name, value) in request.headers {
            list = curl_slist_append(list, value.isEmpty ? "\(name);" : "\(name): \(value)") ?? list
        }
        self.list = list
    }

    deinit { curl_slist_free_all(list) }
}

private func answer(_ context: UnsafeMutableRawPointer?) -> Answer? {
    context.map { Unmanaged<Answer>.fromOpaque($0).takeUnretainedValue() }
}

/// Called with each header line. A return value other than the number of bytes ends the transfer.
let onHeader: curl_write_callback = { bytes, size, count, context in
    let isTaken = answer(context)?.take(headerLine: UnsafeRawBufferPointer(start: bytes, count: size * count))
    return isTaken == true ? size * count : 0
}

/// Called with each part of the body.
let onBody: curl_write_callback = { bytes, size, count, context in
    let isTaken = answer(context)?.take(UnsafeRawBufferPointer(start: bytes, count: size * count))
    return isTaken == true ? size * count : 0
}
