import Transfers

/// Hands mails to a server by SMTP (RFC 5321), one at a time, on a thread of its own.
///
/// The connection is kept and used again. Certificates are verified. A cancelled task ends its mail at once.
public struct SMTPClient: Sendable {
    private let server: SMTPServer
    private let settings: SMTPClientSettings
    private let client: TransferClient

    /// Connects to nobody yet; the thread starts with the first mail.
    /// - Parameter name: the thread's name, of which the system keeps 15 characters.
    public init(name: String, to server: SMTPServer, settings: SMTPClientSettings = SMTPClientSettings()) {
        self.server = server
        self.settings = settings
        client = TransferClient(name: name)
    }

    /// Sends `message` to its recipient, and waits until the server has taken it.
    /// - Throws: ``SMTPError`` where it was not taken, or may not have been.
    public func send(_ message: MailMessage) async throws(SMTPError) {
        let mail = MailTransfer(
            from: "\(message.from.address)", recipients: ["\(message.to.address)"], message: message.bytes,
            startTLS: server.startTLS, login: server.login)
        var request = TransferRequest(.mail(mail), to: server.url, protocols: "smtp,smtps")
        request.timeout = settings.timeout
        request.connectTimeout = settings.timeout
        request.certificates = settings.certificates
        do throws(TransferFailure) {
            do throws(TransferFailure) {
                _ = try await client.perform(request)
            } catch {
                guard error.isOfIdleConnection else { throw error }
                request.connectsAnew = true
                _ = try await client.perform(request)
            }
        } catch {
            throw SMTPError(error, from: server)
        }
    }
}

/// What an ``SMTPClient`` allows.
public struct SMTPClientSettings: Sendable {
    /// How long a mail may take in all, connecting among it.
    public var timeout: Duration = .seconds(30)
    /// A PEM file of the certificates to trust; nil for those of the system.
    public var certificates: String?

    public init() {}
}

extension TransferFailure {
    /// Whether the server had ended a connection that nobody used for a while: it says 421 at best, which is only noticed
    /// with the next mail. None of that mail has been sent.
    fileprivate var isOfIdleConnection: Bool {
        isOnUsedConnection && !hasSentMessage && (kind == .cut || kind == .refused && status == 421)
    }
}
