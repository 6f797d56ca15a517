import DomainKit

/// What went wrong between this process and the broker.
public struct AMQPError: TemporarilyUnavailable {
    /// The kinds of failure, stable enough to switch over.
    public enum Code: String, Sendable {
        /// The broker's address could not be read.
        case invalidAddress
        /// No connection could be made: wrong host or port, the broker is down, or it did not answer in time.
        case unreachable
        /// The broker refused the user, the password or the vhost.
        case accessRefused
        /// An open connection broke, or the broker closed it.
        case connectionLost
        /// The broker closed the channel, because it did not accept what was asked.
        case channelClosed
        /// The broker did not answer within the deadline, as under a memory or disk alarm.
        case timeout
        /// The connection has not been opened, or has been closed.
        case notConnected
        /// The broker cancelled the consumer: its queue was deleted or has no leader.
        case consumerCancelled
        /// Something the AMQP library or this wrapper did not expect.
        case protocolViolation
    }

    public let code: Code
    /// What was being done, such as `declare queue stock.order-created`. Never holds a password.
    public let context: String
    /// The broker's reply code, such as 404, where there is one.
    public let replyCode: UInt16?
    /// The broker's or the library's own words.
    public let text: String
    public let file: String
    public let line: Int

    public init(
        _ code: Code, _ context: String, replyCode: UInt16? = nil, text: String = "", file: String = #fileID,
        line: Int = #line
    ) {
        self.code = code
        self.context = context
        self.replyCode = replyCode
        self.text = text
        self.file = file
        self.line = line
    }

    public var isTemporarilyUnavailable: Bool { isUnreachable }

    /// Whether the broker is away, or this connection to it: trying again later, on a new connection, can help.
    public var isUnreachable: Bool {
        switch code {
        case .unreachable, .connectionLost, .timeout, .notConnected, .consumerCancelled: true
        case .invalidAddress, .accessRefused, .channelClosed, .protocolViolation: false
        }
    }
}

extension AMQPError: CustomStringConvertible, CustomDebugStringConvertible {
    public var description: String {
        var description = "\(context): \(code.rawValue)"
        if let replyCode { description += " \(replyCode)" }
        if !text.isEmpty { description += ": \(text)" }
        return description
    }

    public var debugDescription: String { "\(description) (\(file):\(line))" }
}
