/// The proxies whose word is taken for where a request comes from. Nobody else's is: a client can write what it likes.
public struct TrustedProxies: Sendable, Equatable {
    public let networks: [NetworkAddress]

    public init(_ networks: [NetworkAddress] = []) { self.networks = networks }

    /// Reads addresses and networks separated by commas: `10.0.0.1,192.168.0.0/16`. Nil where one of them is none.
    public init?(setting text: String) {
        var networks: [NetworkAddress] = []
        for part in text.split(separator: ",") {
            guard let network = NetworkAddress(network: part.trimmingSpaces()) else { return nil }
            networks.append(network)
        }
        self.init(networks)
    }

    /// The setting as ``init(setting:)`` reads it.
    public var setting: String { networks.map(\.description).joined(separator: ",") }

    /// Where a request comes from: `peer`, unless that is a trusted proxy; then the last address that a trusted proxy
    /// has written down and that is none itself.
    ///
    /// It stands in `X-Forwarded-For`, or in `Forwarded` (RFC 7239). Where both are there and do not agree, one of them is
    /// not the proxy's, and the proxy itself is the answer.
    func client(behind peer: String, _ headers: HTTPHeaders) -> String {
        guard !networks.isEmpty, let address = NetworkAddress(peer), isTrusted(address) else { return peer }
        let byCommonHeader = client(behind: address, hops(headers.values("X-Forwarded-For")) { $0 })
        let byStandardHeader = client(behind: address, hops(headers.values("Forwarded"), TrustedProxies.forwardedFor))
        switch (byCommonHeader, byStandardHeader) {
        case (let one?, let other?): return one == other ? one.description : peer
        case (let one?, nil), (nil, let one?): return one.description
        case (nil, nil): return peer
        }
    }

    private func isTrusted(_ address: NetworkAddress) -> Bool { networks.contains { $0.contains(address) } }

    /// The elements of all lines of a header, the last first.
    private func hops(_ lines: [String], _ address: (Substring) -> Substring?) -> [NetworkAddress?] {
        lines.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }.reversed()
            .map { address($0).flatMap(TrustedProxies.address) }
    }

    /// Nil where the header is not there.
    private func client(behind peer: NetworkAddress, _ hops: [NetworkAddress?]) -> NetworkAddress? {
        guard !hops.isEmpty else { return nil }
        var last = peer
        for hop in hops {
            // What cannot be read hides who stands behind it.
            guard let hop else { return last }
            guard isTrusted(hop) else { return hop }
            last = hop
        }
        return last
    }

    /// An address, perhaps in quotes, with brackets, with a port.
    private static func address(_ text: Substring) -> NetworkAddress? {
        let text = text.trimmingSpaces().filter { $0 != "\"" }
        if text.hasPrefix("[") { return NetworkAddress(text.dropFirst().prefix { $0 != "]" }) }
        return NetworkAddress(text) ?? NetworkAddress(text.prefix { $0 != ":" })
    }

    /// The value of `for=` in an element of `Forwarded`.
    private static func forwardedFor(_ element: Substring) -> Substring? {
        element.split(separator: ";").lazy.map { $0.drop { $0 == " " || $0 == "\t" } }
            .first { $0.prefix(4).equalsIgnoringCase("for=") }?.dropFirst(4)
    }
}
