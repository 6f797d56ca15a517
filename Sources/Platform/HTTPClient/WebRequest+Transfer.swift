import Transfers

extension WebRequest {
    /// - Throws: `invalidRequest` where a header could not be told from two, or from the body.
    func headerLines() throws(WebClientError) -> [String] {
        for (name, value) in headers {
            let isFit = !name.isEmpty && name.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ":") }
            guard isFit, value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
                throw WebClientError(.invalidRequest, url, "a header that cannot be sent")
            }
        }
        // libcurl's way to send a header without a value.
        return headers.map { name, value in value.isEmpty ? "\(name);" : "\(name): \(value)" }
    }
}

extension TransferRequest {
    init(_ request: WebRequest, settings: WebClientSettings, headers: [String]) {
        self.init(
            .web(headers: headers, body: request.body), to: request.url,
            protocols: settings.requiresTLS ? "https" : "http,https")
        timeout = min(settings.timeout, request.timeout ?? settings.timeout)
        connectTimeout = min(settings.connectTimeout, timeout)
        allowsPrivateAddresses = settings.allowsPrivateAddresses
        sizeLimit = settings.sizeLimit
        certificates = settings.certificates
        usesProxy = settings.usesProxy
    }
}

extension WebResponse {
    init(_ answer: TransferAnswer) {
        // Each answer begins with its status: what came before was `100 Continue` or a proxy's.
        let last = answer.lines.lastIndex { $0.hasPrefix("HTTP/") } ?? answer.lines.startIndex
        let headers = answer.lines[last...].compactMap { line -> (name: String, value: String)? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            return (name: String(line[..<colon]), value: String(value))
        }
        self.init(status: answer.status, headers: headers, body: answer.body)
    }
}
