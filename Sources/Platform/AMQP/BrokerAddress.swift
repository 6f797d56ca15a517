import Encodings

/// An AMQP URI taken apart.
struct BrokerAddress: Equatable, Sendable {
    /// One node of the broker.
    struct Server: Equatable, Sendable, CustomStringConvertible {
        var host = "localhost"
        var port: UInt16 = 5672

        var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
    }

    /// At least one; any of them will do.
    var servers: [Server] = []
    var user = "guest"
    var password = "guest"
    var virtualHost = "/"

    init(_ url: String) throws(AMQPError) {
        guard let rest = url.dropping(prefix: "amqp://") else {
            throw Self.invalid("must begin with amqp://")
        }
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let authority = rest[..<end]
        if let at = authority.lastIndex(of: "@") {
            try readCredentials(authority[..<at])
            try readServers(authority[authority.index(after: at)...])
        } else {
            try readServers(authority)
        }
        let path = rest[end...].prefix { $0 != "?" }.dropFirst()
        if !path.isEmpty {
            virtualHost = try Self.decode(path, "its vhost")
        }
    }

    private mutating func readCredentials(_ text: Substring) throws(AMQPError) {
        let colon = text.firstIndex(of: ":") ?? text.endIndex
        user = try Self.decode(text[..<colon], "its user")
        password = colon == text.endIndex ? "" : try Self.decode(text[colon...].dropFirst(), "its password")
    }

    private mutating func readServers(_ text: Substring) throws(AMQPError) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        for part in parts {
            if part.isEmpty, parts.count > 1 { throw Self.invalid("has a comma without a host beside it") }
            servers.append(try Self.server(part))
        }
    }

    private static func server(_ text: Substring) throws(AMQPError) -> Server {
        var server = Server()
        var name = text
        // The colons of an IPv6 address stand in brackets.
        let searched = text.lastIndex(of: "]").map { text[$0...] } ?? text
        if let colon = searched.lastIndex(of: ":") {
            guard let number = UInt16(text[text.index(after: colon)...]), number > 0 else {
                throw invalid("has a port that is not a number from 1 to 65535")
            }
            server.port = number
            name = text[..<colon]
        }
        if name.hasPrefix("["), name.hasSuffix("]") {
            name = name.dropFirst().dropLast()
        }
        if !name.isEmpty {
            server.host = try decode(name, "its host")
        }
        return server
    }

    private static func decode(_ text: Substring, _ part: String) throws(AMQPError) -> String {
        guard let decoded = percentDecoded(text.utf8) else {
            throw invalid("is not percent-encoded UTF-8 text in \(part)")
        }
        return decoded
    }

    private static func invalid(_ reason: String) -> AMQPError {
        AMQPError(.invalidAddress, "read the broker's address", text: reason)
    }
}

extension String {
    fileprivate func dropping(prefix: String) -> Substring? {
        hasPrefix(prefix) ? dropFirst(prefix.count) : nil
    }
}
