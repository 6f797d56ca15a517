import Transfers

/// Why a mail was not taken, or why nobody knows whether it was.
public struct SMTPError: Error, Sendable {
    /// The kinds of failure, stable enough to switch over.
    public enum Code: String, Sendable {
        /// The server says no, by the code ``SMTPError/status``.
        case refused
        /// The server cannot be reached.
        case unreachable
        /// The connection broke. After the message was sent, the server may have taken it.
        case cut
        /// No answer in time. After the message was sent, the server may have taken it.
        case timeout
        /// The server could not prove who it is, or does not offer the encryption that is required.
        case tls
        /// The task was cancelled.
        case cancelled
        /// The mail cannot be sent like this.
        case invalidMessage
        /// What came was no SMTP, or libcurl failed otherwise.
        case protocolViolation
    }

    public let code: Code
    /// The server, as host and port.
    public let server: String
    /// The last reply code of the server (RFC 5321 section 4.2); 0 where it said nothing.
    public let status: Int
    /// The server's words where it refused, else libcurl's; one line of bounded length, without the password.
    public let text: String

    /// Whether trying again later can help: not where the server refuses for good (5yz), and where the mail itself is wrong.
    ///
    /// Trouble with certificates is temporary: it is not the mail's fault, and an operator can mend it.
    public var isTemporary: Bool {
        switch code {
        case .refused: status < 500
        case .invalidMessage: false
        case .unreachable, .cut, .timeout, .tls, .cancelled, .protocolViolation: true
        }
    }
}

extension SMTPError {
    /// The most characters of a server's words.
    private static let longestText = 300

    init(_ failure: TransferFailure, from server: SMTPServer) {
        code =
            switch failure.kind {
            case .refused: .refused
            case .unreachable: .unreachable
            case .cut: .cut
            case .timeout: .timeout
            case .tls: .tls
            case .cancelled: .cancelled
            case .invalidRequest: .invalidMessage
            case .tooLarge, .forbiddenAddress, .protocolViolation: .protocolViolation
            }
        self.server = "\(server)"
        status = failure.status
        let said = failure.kind == .refused ? SMTPError.reply(failure.status, in: failure.lines) : ""
        var text = HeaderField.oneLine(said.isEmpty ? failure.text : said)
        if let password = server.login?.password, !password.isEmpty {
            text = text.replacing(password, with: "(password)")
        }
        self.text = text.count > SMTPError.longestText ? "\(text.prefix(SMTPError.longestText))…" : text
    }

    /// The last reply with this code, whose lines but the last have a hyphen behind it; what comes after it answers QUIT.
    private static func reply(_ status: Int, in lines: [String]) -> String {
        guard let last = lines.lastIndex(where: { $0.hasPrefix("\(status)") }) else { return "" }
        let before = lines[..<last].reversed().prefix { $0.hasPrefix("\(status)-") }.reversed()
        return (["\(status)"] + (before + [lines[last]]).map { String($0.dropFirst(4)) }).joined(separator: " ")
    }
}

extension SMTPError: CustomStringConvertible {
    public var description: String {
        switch code {
        case .refused: "\(server) refused: \(text)"
        case .unreachable, .cut, .timeout, .tls, .cancelled, .invalidMessage, .protocolViolation:
            "\(server): \(code.rawValue)" + (text.isEmpty ? "" : ": \(text)")
        }
    }
}
