import Encodings
import Transfers

/// A server that takes mail, and how to talk to it.
public struct SMTPServer: Sendable {
    /// How a connection to it is encrypted.
    public enum Encryption: String, Sendable {
        /// From its first byte, as `smtps:` says.
        case implicit
        /// By STARTTLS, or nothing is sent.
        case required
        /// By STARTTLS where the server offers it.
        case optional
        /// Not at all.
        case none
    }

    public let host: String
    public let port: Int
    public let encryption: Encryption
    /// The name by which the client says who it is; nil for the machine's.
    public let clientName: String?
    let login: (user: String, password: String)?

    /// Reads `smtp[s]://[user:password@]host[:port][/client-name][?tls=required|optional|none]`.
    ///
    /// The port is 25 for `smtp:` and 465 for `smtps:` (RFC 8314) unless it is said. User and password are
    /// percent-encoded. Without `tls`, STARTTLS is required where there is a password and the server is not this machine, and
    /// used where it is offered otherwise.
    /// - Throws: ``SMTPURLFault``.
    public init(url: String) throws(SMTPURLFault) {
        guard let colon = url.firstRange(of: "://") else { throw SMTPURLFault("must begin with smtp:// or smtps://") }
        let scheme = url[..<colon.lowerBound].lowercased()
        guard scheme == "smtp" || scheme == "smtps" else {
            throw SMTPURLFault("must begin with smtp:// or smtps://")
        }
        let rest = url[colon.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let behind = rest[authority.endIndex...]
        let query = behind.drop { $0 != "?" }.dropFirst()
        let path = behind.prefix { $0 != "?" }.dropFirst()
        let at = authority.lastIndex(of: "@")
        login = try at.map { at throws(SMTPURLFault) in try SMTPServer.login(authority[..<at]) }
        let address = at.map { authority[authority.index(after: $0)...] } ?? authority
        (host, port) = try SMTPServer.hostAndPort(address, default: scheme == "smtps" ? 465 : 25)
        guard path.isEmpty || path.isHostName else { throw SMTPURLFault("has a path that is no name of a client") }
        clientName = path.isEmpty ? nil : String(path)
        encryption = try SMTPServer.encryption(
            query, isImplicit: scheme == "smtps", isConfidential: login != nil && !SMTPServer.isThisMachine(host))
    }

    private static func login(_ text: Substring) throws(SMTPURLFault) -> (user: String, password: String) {
        let colon = text.firstIndex(of: ":") ?? text.endIndex
        let user = percentDecoded(text[..<colon].utf8)
        let password = percentDecoded(text[colon...].dropFirst().utf8)
        guard let user, let password, !user.isEmpty else {
            throw SMTPURLFault("has a user or password that is not percent-encoded")
        }
        return (user, password)
    }

    private static func hostAndPort(_ text: Substring, default standard: Int) throws(SMTPURLFault) -> (String, Int) {
        let bracket = text.hasPrefix("[") ? text.firstIndex(of: "]").map { text.index(after: $0) } : nil
        let end = bracket ?? text.firstIndex(of: ":") ?? text.endIndex
        let host = text[..<end]
        let isAddress =
            bracket != nil
            && host.dropFirst().dropLast().utf8.allSatisfy { "0123456789abcdefABCDEF:.".utf8.contains($0) }
        guard isAddress || host.isHostName else { throw SMTPURLFault("has no host") }
        guard end < text.endIndex else { return (String(host), standard) }
        guard text[end] == ":", let port = Int(text[end...].dropFirst()), (1...65_535).contains(port) else {
            throw SMTPURLFault("has a port that is not from 1 to 65535")
        }
        return (String(host), port)
    }

    private static func encryption(
        _ query: Substring, isImplicit: Bool, isConfidential: Bool
    ) throws(SMTPURLFault) -> Encryption {
        guard !query.isEmpty else { return isImplicit ? .implicit : isConfidential ? .required : .optional }
        let choice = query.hasPrefix("tls=") ? Encryption(rawValue: String(query.dropFirst(4))) : nil
        guard !isImplicit, let choice, choice != .implicit else {
            throw SMTPURLFault(
                "may have ?tls=required, ?tls=optional or ?tls=none behind it where it is smtp://, nothing else")
        }
        return choice
    }

    private static func isThisMachine(_ host: String) -> Bool {
        let isLoopback = host.hasPrefix("127.") && host.utf8.allSatisfy { "0123456789.".utf8.contains($0) }
        return host == "localhost" || host == "[::1]" || isLoopback
    }

    /// Where libcurl connects, without what must be kept secret.
    var url: String {
        let scheme = encryption == .implicit ? "smtps" : "smtp"
        return "\(scheme)://\(host):\(port)" + (clientName.map { "/\($0)" } ?? "")
    }

    var startTLS: MailTransfer.StartTLS {
        switch encryption {
        case .required: .required
        case .optional: .ifOffered
        case .implicit, .none: .never
        }
    }
}

extension SMTPServer: CustomStringConvertible {
    /// Host and port.
    public var description: String { "\(host):\(port)" }
}

/// Why a text is no URL of a mail server. It does not repeat the text, which may have a password.
public struct SMTPURLFault: Error, Sendable, CustomStringConvertible {
    /// The end of a sentence that begins with the setting's name.
    public let description: String

    init(_ description: String) { self.description = description }
}
