import Lifecycle
import Transfers

/// Asks other servers over HTTP or HTTPS, one request at a time, on a thread of its own.
///
/// Connections are kept and used again. Certificates are verified, redirects are answers like any other, and an answer
/// that is too slow or too large is an error. A cancelled task ends its request at once.
public struct WebClient: Sendable {
    private let settings: WebClientSettings
    private let client: TransferClient

    /// Connects to nobody yet; the thread starts with the first request.
    /// - Parameter name: the thread's name, of which the system keeps 15 characters.
    public init(name: String, settings: WebClientSettings = WebClientSettings()) {
        self.settings = settings
        client = TransferClient(name: name)
    }

    /// A client that shares a thread: whoever made that stops it.
    public init(on executor: ThreadExecutor, settings: WebClientSettings = WebClientSettings()) {
        self.settings = settings
        client = TransferClient(on: executor)
    }

    /// Fetches `url`.
    public func get(_ url: String, headers: [(name: String, value: String)] = []) async throws(WebClientError)
        -> WebResponse
    {
        try await send(WebRequest(url, headers: headers))
    }

    /// Sends `request` and waits for the whole answer, whatever its status.
    /// - Throws: ``WebClientError``; there is no answer then.
    public func send(_ request: WebRequest) async throws(WebClientError) -> WebResponse {
        let transfer = TransferRequest(request, settings: settings, headers: try request.headerLines())
        do throws(TransferFailure) {
            return WebResponse(try await client.perform(transfer))
        } catch {
            throw WebClientError(error, of: request.url)
        }
    }
}

/// What a ``WebClient`` allows.
public struct WebClientSettings: Sendable {
    /// How long a request may take in all.
    public var timeout: Duration = .seconds(10)
    /// How long connecting may take of that, TLS included.
    public var connectTimeout: Duration = .seconds(5)
    /// The most bytes of an answer's body.
    public var sizeLimit = 1_048_576
    /// Whether `http://` is refused.
    public var requiresTLS = false
    /// A PEM file of the certificates to trust; nil for those of the system.
    public var certificates: String?
    /// Whether the proxies that `https_proxy`, `http_proxy` and `no_proxy` in the environment name are used.
    public var usesProxy = true
    /// Whether the server may have an address that is not of the public internet: this machine's own, one of a private
    /// network, and so on. Where it must not, the address is looked at when the connection is made, whatever a name meant
    /// before; proxies are not used then, since they look names up themselves.
    public var allowsPrivateAddresses = true

    public init() {}
}

/// What to ask: GET, or POST where there is a body.
public struct WebRequest: Sendable {
    public var url: String
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]?
    /// How long this request may take in all, where that is less than the client allows.
    public var timeout: Duration?

    public init(
        _ url: String, headers: [(name: String, value: String)] = [], body: [UInt8]? = nil, timeout: Duration? = nil
    ) {
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
    }
}

/// An answer, whole.
public struct WebResponse: Sendable {
    public let status: Int
    public let headers: [(name: String, value: String)]
    public let body: [UInt8]

    /// The first value of that name, whatever its case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}
