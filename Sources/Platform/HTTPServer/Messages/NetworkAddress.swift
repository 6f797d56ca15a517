import Glibc

/// An address of IPv4 or IPv6, or a network of them. An IPv4 address in the clothes of IPv6 (`::ffff:192.0.2.1`) is one of
/// IPv4.
public struct NetworkAddress: Sendable, Hashable {
    /// 4 or 16 bytes.
    private let bytes: [UInt8]
    /// How many bits the network has.
    private let prefix: Int

    private init(bytes: [UInt8], prefix: Int) {
        self.bytes = bytes
        self.prefix = prefix
    }

    /// Reads an address, `192.0.2.1` or `2001:db8::1`. Nil where the text is anything else.
    public init?(_ text: some StringProtocol) {
        let text = String(text)
        var four = in_addr()
        var sixteen = in6_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            self.init(bytes: withUnsafeBytes(of: &four) { Array($0) }, prefix: 32)
        } else if inet_pton(AF_INET6, text, &sixteen) == 1 {
            let bytes = withUnsafeBytes(of: &sixteen) { Array($0) }
            let isFour = bytes.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
            self.init(bytes: isFour ? Array(bytes.suffix(4)) : bytes, prefix: isFour ? 32 : 128)
        } else {
            return nil
        }
    }

    /// Reads an address, or a network as `192.0.2.0/24`. Nil where the text is anything else.
    public init?(network text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = NetworkAddress(parts[0]) else { return nil }
        guard parts.count == 2 else {
            self = address
            return
        }
        guard let prefix = Int(parts[1]), (0...address.prefix).contains(prefix) else { return nil }
        self.init(bytes: address.bytes, prefix: prefix)
    }

    /// Whether `address` is in this network.
    public func contains(_ address: NetworkAddress) -> Bool {
        guard bytes.count == address.bytes.count, address.prefix >= prefix else { return false }
        return (0..<prefix).allSatisfy { bit in
            let mask: UInt8 = 0x80 >> UInt8(bit % 8)
            return bytes[bit / 8] & mask == address.bytes[bit / 8] & mask
        }
    }

    /// What one household or one machine has: an address of IPv4, or the first 64 bits of one of IPv6, whose owner can
    /// use any of the rest.
    public var household: NetworkAddress {
        guard bytes.count == 16, prefix == 128 else { return self }
        return NetworkAddress(bytes: Array(bytes.prefix(8)) + [UInt8](repeating: 0, count: 8), prefix: 64)
    }
}

extension NetworkAddress: CustomStringConvertible {
    public var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        _ = bytes.withUnsafeBytes { bytes in
            inet_ntop(bytes.count == 4 ? AF_INET : AF_INET6, bytes.baseAddress, &text, socklen_t(text.count))
        }
        let address = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return prefix == bytes.count * 8 ? address : "\(address)/\(prefix)"
    }
}
