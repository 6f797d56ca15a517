import CCurl

/// libcurl's handles: an easy one that describes a transfer, and the multi one that carries it out and keeps connections.
/// Owns both.
///
/// The multi interface is for one thing: its wait can be ended from another thread, where a blocking transfer looks
/// around once a second.
// `@unchecked Sendable` holds because one actor owns it and calls all on its thread but `wakeUp`, which libcurl allows
// on any thread as long as the handle lives.
final class CurlHandles: @unchecked Sendable {
    private static let isInitialized = tradewind_curl_initialize() != 0
    private let easy: UnsafeMutableRawPointer?
    private let multi: UnsafeMutableRawPointer?
    /// Where libcurl tells of a failure.
    private let words = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

    init() {
        let isInitialized = CurlHandles.isInitialized
        easy = isInitialized ? curl_easy_init() : nil
        multi = isInitialized ? curl_multi_init() : nil
        words.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        if let easy { curl_easy_cleanup(easy) }
        if let multi { curl_multi_cleanup(multi) }
        words.deallocate()
    }

    /// Ends the present wait, so that the transfer looks whether it is still wanted. On any thread.
    func wakeUp() { if let multi { curl_multi_wakeup(multi) } }

    /// Carries out `request` and waits for the answer, blocking the thread, until it is there or the task is cancelled.
    func perform(_ request: TransferRequest) throws(TransferFailure) -> TransferAnswer {
        guard let easy, let multi else { throw TransferFailure(.protocolViolation, "libcurl does not start") }
        guard !request.texts.contains(where: { $0.utf8.contains(0) }) else {
            throw TransferFailure(.invalidRequest, "a text has a NUL")
        }
        let exchange = Exchange(of: request)
        let list = TextList(request.list)
        let code = withExtendedLifetime((exchange, list)) {
            let code = configure(easy, for: request, exchange, list)
            return code == CURLE_OK ? run(easy, exchange, on: multi) : code
        }
        guard code == CURLE_OK else { throw failure(code, of: easy, for: request, exchange) }
        return TransferAnswer(
            status: tradewind_curl_status(easy), lines: exchange.lines, body: exchange.body,
            isOnUsedConnection: tradewind_curl_connections(easy) == 0)
    }

    private func configure(
        _ easy: UnsafeMutableRawPointer, for request: TransferRequest, _ exchange: Exchange, _ list: TextList
    ) -> CURLcode {
        var code = tradewind_curl_begin(
            easy, request.url, request.protocols, request.connectTimeout.curlMilliseconds,
            request.timeout.curlMilliseconds, words)
        guard code == CURLE_OK else { return code }
        tradewind_curl_receive(easy, onLine, onBody, onProgress, exchange.context)
        if !request.usesProxy || !request.allowsPrivateAddresses { tradewind_curl_go_directly(easy) }
        if !request.allowsPrivateAddresses { tradewind_curl_choose_addresses(easy, onSocket, exchange.context) }
        if request.connectsAnew { tradewind_curl_connect_anew(easy) }
        if let certificates = request.certificates { code = tradewind_curl_trust(easy, certificates) }
        guard code == CURLE_OK else { return code }
        switch request.content {
        case .web(_, let body):
            tradewind_curl_ask(easy, list.list)
            guard let body else { return CURLE_OK }
            return tradewind_curl_post(easy, body, body.count)
        case .mail(let mail):
            if let login = mail.login { code = tradewind_curl_log_in(easy, login.user, login.password) }
            guard code == CURLE_OK else { return code }
            return tradewind_curl_mail(
                easy, mail.from, list.list, mail.startTLS.rawValue, onRead, exchange.context, mail.message.count)
        }
    }

    /// - Returns: how the transfer ended. A cancelled one is ended by libcurl itself, which asks `onProgress`: taken away in
    ///   the middle, a mail would be sent as far as it goes (`smtp_done` of libcurl 7.88).
    private func run(
        _ easy: UnsafeMutableRawPointer, _ exchange: Exchange, on multi: UnsafeMutableRawPointer
    ) -> CURLcode {
        guard curl_multi_add_handle(multi, easy) == CURLM_OK else { return CURLE_FAILED_INIT }
        defer { curl_multi_remove_handle(multi, easy) }
        while true {
            var running: Int32 = 0
            guard curl_multi_perform(multi, &running) == CURLM_OK else { return CURLE_FAILED_INIT }
            var code = CURLE_OK
            if tradewind_curl_take_outcome(multi, &code) != 0 {
                // libcurl keeps a connection on which the reply to a message is still to come; the next mail would take it
                // for its own.
                if code != CURLE_OK, exchange.hasSentMessage { tradewind_curl_cut(easy) }
                return code
            }
            guard curl_multi_poll(multi, nil, 0, 1_000, nil) == CURLM_OK else { return CURLE_FAILED_INIT }
        }
    }

    private func failure(
        _ code: CURLcode, of easy: UnsafeMutableRawPointer, for request: TransferRequest, _ exchange: Exchange
    ) -> TransferFailure {
        let told = String(cString: words)
        let status = tradewind_curl_status(easy)
        let isRefusal = request.isMail && status >= 400
        if code == CURLE_COULDNT_CONNECT, exchange.hasRefusedAllAddresses {
            return TransferFailure(.forbiddenAddress, "the server has no public address")
        }
        let kind = exchange.excess == nil ? kind(of: code, isRefusal: isRefusal) : .tooLarge
        return TransferFailure(
            kind, exchange.excess ?? (told.isEmpty ? String(cString: curl_easy_strerror(code)) : told), status: status,
            lines: exchange.lines, isOnUsedConnection: tradewind_curl_connections(easy) == 0,
            hasSentMessage: exchange.hasSentMessage)
    }

    private func kind(of code: CURLcode, isRefusal: Bool) -> TransferFailure.Kind {
        switch code {
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: .invalidRequest
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT: .unreachable
        case CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE: .cut
        // What libcurl says of a mail whose sender, recipient or data the server refuses.
        case CURLE_SEND_ERROR: isRefusal ? .refused : .cut
        case CURLE_LOGIN_DENIED, CURLE_REMOTE_ACCESS_DENIED, CURLE_AUTH_ERROR: .refused
        case CURLE_WEIRD_SERVER_REPLY: isRefusal ? .refused : .protocolViolation
        case CURLE_OPERATION_TIMEDOUT: .timeout
        case CURLE_ABORTED_BY_CALLBACK: Task.isCancelled ? .cancelled : .timeout
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM,
            CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR, CURLE_USE_SSL_FAILED:
            .tls
        default: .protocolViolation
        }
    }
}

extension TransferRequest {
    /// What libcurl wants as a list: headers, or recipients.
    fileprivate var list: [String] {
        switch content {
        // No `Expect`: libcurl would wait for `100 Continue` before a larger body.
        case .web(let headers, _): ["Expect:"] + headers
        case .mail(let mail): mail.recipients
        }
    }

    fileprivate var isMail: Bool { if case .mail = content { true } else { false } }
}

extension Duration {
    /// At least 1: libcurl takes 0 for no limit.
    fileprivate var curlMilliseconds: Int { max(1, Int(clamping: Int64(self / .milliseconds(1)))) }
}
