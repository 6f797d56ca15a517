import CCurl

/// libcurl's handles: an easy one that describes a request, and the multi one that carries it out and keeps connections.
/// Owns both.
///
/// The multi interface is for one thing: its wait can be ended from another thread, where a blocking transfer looks
/// around once a second.
// `@unchecked Sendable` holds because one actor owns it and calls all on its thread but `wakeUp`, which libcurl allows
// on any thread as long as the handle lives.
final class CurlTransfer: @unchecked Sendable {
    private static let isInitialized = tradewind_curl_initialize() != 0
    private let easy: UnsafeMutableRawPointer?
    private let multi: UnsafeMutableRawPointer?

    init() {
        let isInitialized = CurlTransfer.isInitialized
        easy = isInitialized ? curl_easy_init() : nil
        multi = isInitialized ? curl_multi_init() : nil
    }

    deinit {
        if let easy { curl_easy_cleanup(easy) }
        if let multi { curl_multi_cleanup(multi) }
    }

    /// Ends the present wait, so that the transfer looks whether it is still wanted. On any thread.
    func wakeUp() { if let multi { curl_multi_wakeup(multi) } }

    /// Sends `request` and waits for the answer, blocking the thread.
    func perform(
        _ request: WebRequest, settings: WebClientSettings, isCancelled: () -> Bool
    ) throws(WebClientError) -> WebResponse {
        guard let easy, let multi else {
            throw WebClientError(.protocolViolation, request.url, "libcurl does not start")
        }
        guard !request.url.utf8.contains(0) else { throw WebClientError(.invalidRequest, "", "a URL has no NUL") }
        let headers = try HeaderList(request)
        let answer = Answer(sizeLimit: settings.sizeLimit)
        let outcome: Result<CURLcode?, WebClientError> = withExtendedLifetime((headers, answer)) {
            request.url.withCString { url in
                withOptionalCString(settings.certificates) { certificates in
                    withBytes(request.body) { body, size in
                        var options = tradewind_curl_request()
                        options.url = url
                        options.headers = headers.list
                        options.body = body
                        options.body_size = size
                        options.certificates = certificates
                        options.uses_proxy = settings.usesProxy ? 1 : 0
                        options.connect_timeout_milliseconds = settings.connectTimeout.curlMilliseconds
                        options.timeout_milliseconds = settings.timeout.curlMilliseconds
                        options.on_header = onHeader
                        options.on_body = onBody
                        options.context = Unmanaged.passUnretained(answer).toOpaque()
                        let code = (settings.requiresTLS ? "https" : "http,https").withCString { protocols in
                            options.protocols = protocols
                            return tradewind_curl_configure(easy, &options)
                        }
                        guard code == CURLE_OK else { return .failure(error(code, request, answer)) }
                        return .success(run(easy, on: multi, isCancelled: isCancelled))
                    }
                }
            }
        }
        guard let code = try outcome.get() else { throw WebClientError(.cancelled, request.url) }
        guard code == CURLE_OK else { throw error(code, request, answer) }
        return WebResponse(
            status: tradewind_curl_status(easy), headers: answer.headers, body: answer.body)
    }

    /// - Returns: how the transfer ended; nil where it was cancelled.
    private func run(
        _ easy: UnsafeMutableRawPointer, on multi: UnsafeMutableRawPointer, isCancelled: () -> Bool
    ) -> CURLcode? {
        guard curl_multi_add_handle(multi, easy) == CURLM_OK else { return CURLE_FAILED_INIT }
        // Taken out in the middle, the handle closes its connection.
        defer { curl_multi_remove_handle(multi, easy) }
        while !isCancelled() {
            var running: Int32 = 0
            guard curl_multi_perform(multi, &running) == CURLM_OK else { return CURLE_FAILED_INIT }
            var code = CURLE_OK
            if tradewind_curl_take_outcome(multi, &code) != 0 { return code }
            guard curl_multi_poll(multi, nil, 0, 1_000, nil) == CURLM_OK else { return CURLE_FAILED_INIT }
        }
        return nil
    }

    private func error(_ code: CURLcode, _ request: WebRequest, _ answer: Answer) -> WebClientError {
        let text = String(cString: curl_easy_strerror(code))
        switch code {
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: return WebClientError(.invalidRequest, request.url, text)
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT, CURLE_SEND_ERROR,
            CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE:
            return WebClientError(.unreachable, request.url, text)
        case CURLE_OPERATION_TIMEDOUT: return WebClientError(.timeout, request.url, text)
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM,
            CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR:
            return WebClientError(.tls, request.url, text)
        case CURLE_WRITE_ERROR where answer.isTooLarge:
            return WebClientError(.tooLarge, request.url, "more than \(answer.sizeLimit) bytes")
        default: return WebClientError(.protocolViolation, request.url, text)
        }
    }
}

extension Duration {
    /// At least 1: libcurl takes 0 for no limit.
    fileprivate var curlMilliseconds: Int { max(1, Int(clamping: Int64(self / .milliseconds(1)))) }
}

private func withOptionalCString<Value>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Value) -> Value {
    guard let text else { return body(nil) }
    return text.withCString(body)
}

/// Lends the bytes; an empty body has an address, too, since none means GET.
private func withBytes<Value>(_ bytes: [UInt8]?, _ body: (UnsafeRawPointer?, Int) -> Value) -> Value {
    guard let bytes else { return body(nil, 0) }
    return (bytes + [0]).withUnsafeBytes { body($0.baseAddress, bytes.count) }
}
