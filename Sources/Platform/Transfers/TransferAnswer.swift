/// An answer, whole.
public struct TransferAnswer: Sendable {
    /// The last status, of HTTP or SMTP.
    public let status: Int
    /// What the server said, line by line: the header lines of HTTP with the status before them, or its side of an SMTP
    /// dialogue.
    public let lines: [String]
    public let body: [UInt8]
    /// Whether a connection was used again.
    public let isOnUsedConnection: Bool
}

/// Why a transfer came to nothing.
public struct TransferFailure: Error, Sendable {
    public enum Kind: Sendable {
        /// The URL or something else in the request cannot be sent, or the URL's scheme is not allowed.
        case invalidRequest
        /// The server cannot be reached.
        case unreachable
        /// The connection broke while an answer was waited for.
        case cut
        /// The server has no address that is allowed.
        case forbiddenAddress
        /// It took too long.
        case timeout
        /// The server could not prove who it is, or TLS failed otherwise, or was required and not offered.
        case tls
        /// The server says no; ``TransferFailure/status`` tells why.
        case refused
        /// The answer is larger than allowed.
        case tooLarge
        /// The task was cancelled.
        case cancelled
        /// What came was nothing of the protocol, or libcurl failed otherwise.
        case protocolViolation
    }

    public let kind: Kind
    /// libcurl's own words.
    public let text: String
    /// The last status that came before; 0 where there was none.
    public let status: Int
    /// What the server had said.
    public let lines: [String]
    /// Whether a connection was used again.
    public let isOnUsedConnection: Bool
    /// Whether some of a mail's message may have reached the server.
    public let hasSentMessage: Bool

    init(
        _ kind: Kind, _ text: String = "", status: Int = 0, lines: [String] = [], isOnUsedConnection: Bool = false,
        hasSentMessage: Bool = false
    ) {
        self.kind = kind
        self.text = text
        self.status = status
        self.lines = lines
        self.isOnUsedConnection = isOnUsedConnection
        self.hasSentMessage = hasSentMessage
    }
}
