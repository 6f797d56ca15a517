import Transfers

/// Why there is no answer.
public struct WebClientError: Error, Sendable {
    /// The kinds of failure, stable enough to switch over.
    public enum Code: String, Sendable {
        /// The URL or a header cannot be sent, or the URL's scheme is not allowed.
        case invalidRequest
        /// The server cannot be reached, or the connection broke.
        case unreachable
        /// No whole answer in time.
        case timeout
        /// The server could not prove who it is, or TLS failed otherwise.
        case tls
        /// The answer is larger than allowed.
        case tooLarge
        /// The server has no address that is allowed.
        case forbiddenAddress
        /// The task was cancelled.
        case cancelled
        /// What came was no HTTP, or libcurl failed otherwise.
        case protocolViolation
    }

    public let code: Code
    /// The URL that was asked, without what stands before `@`, behind `?` or behind `#` in it.
    public let url: String
    /// libcurl's own words.
    public let text: String
    public let file: String
    public let line: Int

    init(_ code: Code, _ url: String, _ text: String = "", file: String = #fileID, line: Int = #line) {
        self.code = code
        self.url = withoutSecrets(url)
        self.text = text
        self.file = file
        self.line = line
    }

    init(_ failure: TransferFailure, of url: String) {
        let code: Code =
            switch failure.kind {
            case .invalidRequest: .invalidRequest
            case .unreachable, .cut: .unreachable
            case .timeout: .timeout
            case .tls: .tls
            case .tooLarge: .tooLarge
            case .forbiddenAddress: .forbiddenAddress
            case .cancelled: .cancelled
            case .refused, .protocolViolation: .protocolViolation
            }
        self.init(code, url, failure.text)
    }

    /// Whether trying again later can help.
    public var isTemporary: Bool {
        switch code {
        case .unreachable, .timeout: true
        case .invalidRequest, .tls, .tooLarge, .forbiddenAddress, .cancelled, .protocolViolation: false
        }
    }
}

extension WebClientError: CustomStringConvertible, CustomDebugStringConvertible {
    public var description: String { "\(url): \(code.rawValue)" + (text.isEmpty ? "" : ": \(text)") }
    public var debugDescription: String { "\(description) (\(file):\(line))" }
}

private func withoutSecrets(_ url: String) -> String {
    var shown = String(url.prefix { $0 != "?" && $0 != "#" })
    if let scheme = shown.firstRange(of: "://") {
        let rest = shown[scheme.upperBound...]
        let authority = rest.prefix { $0 != "/" }
        if let at = authority.lastIndex(of: "@") { shown.removeSubrange(scheme.upperBound...at) }
    }
    return shown
}
