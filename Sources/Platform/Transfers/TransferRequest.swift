/// What to transfer, and within what bounds. No text in it may have a NUL.
public struct TransferRequest: Sendable {
    /// What goes to the server.
    public enum Content: Sendable {
        /// HTTP: GET, or POST where there is a body.
        /// - Parameter headers: whole lines, such as `Accept: text/plain`.
        case web(headers: [String], body: [UInt8]?)
        /// SMTP: a mail.
        case mail(MailTransfer)
    }

    public var url: String
    /// The schemes that `url` may have, such as `http,https`.
    public var protocols: String
    public var content: Content
    /// How long it may take in all.
    public var timeout: Duration = .seconds(10)
    /// How long connecting may take of that, TLS included.
    public var connectTimeout: Duration = .seconds(5)
    /// The most bytes of an answer's body.
    public var sizeLimit = 1_048_576
    /// A PEM file of the certificates to trust; nil for those of the system.
    public var certificates: String?
    /// Whether the proxies that `https_proxy`, `http_proxy` and `no_proxy` in the environment name are used.
    public var usesProxy = false
    /// Whether the server may have an address that is not of the public internet. Where it must not, the address is looked
    /// at when a connection is made, and no proxy is used. A client must not be asked for both: it uses connections again.
    public var allowsPrivateAddresses = true
    /// Whether a connection is opened for it even where there is one.
    public var connectsAnew = false

    public init(_ content: Content, to url: String, protocols: String) {
        self.content = content
        self.url = url
        self.protocols = protocols
    }
}

/// A mail as SMTP hands it over. Its addresses are taken as they are: they must have been looked at.
public struct MailTransfer: Sendable {
    /// What becomes of a connection that is not encrypted from the start.
    public enum StartTLS: Int32, Sendable {
        /// It stays as it is.
        case never = -1
        /// It is encrypted where the server offers that.
        case ifOffered = 0
        /// It is encrypted, or nothing is sent.
        case required = 1
    }

    /// Who gets to know when it cannot be delivered.
    public var from: String
    public var recipients: [String]
    /// The message: header and body, every line ended by CRLF. libcurl doubles the dots at the start of lines.
    public var message: [UInt8]
    public var startTLS: StartTLS
    public var login: (user: String, password: String)?

    public init(
        from: String, recipients: [String], message: [UInt8], startTLS: StartTLS,
        login: (user: String, password: String)? = nil
    ) {
        self.from = from
        self.recipients = recipients
        self.message = message
        self.startTLS = startTLS
        self.login = login
    }
}

extension TransferRequest {
    /// All that is handed to C as a text.
    var texts: [String] {
        let own = [url, protocols] + (certificates.map { [$0] } ?? [])
        switch content {
        case .web(let headers, _): return own + headers
        case .mail(let mail):
            return own + [mail.from] + mail.recipients + (mail.login.map { [$0.user, $0.password] } ?? [])
        }
    }
}
