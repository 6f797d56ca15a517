import CCurl
import Glibc

/// Which addresses are those of the public internet, by IANA's registries of special-purpose addresses (RFC 6890).
///
/// Every other address is this machine, one of its networks, or nobody: whoever may say where a request goes must not reach
/// those through this process.
enum PublicAddress {
    /// What is no public address of IPv4, each network by its first bits.
    private static let reserved: [(network: UInt32, prefix: UInt32)] = [
        (0x0000_0000, 8),  // 0.0.0.0/8, this network
        (0x0A00_0000, 8),  // 10.0.0.0/8, private
        (0x6440_0000, 10),  // 100.64.0.0/10, shared by customers of a provider
        (0x7F00_0000, 8),  // 127.0.0.0/8, this machine
        (0xA9FE_0000, 16),  // 169.254.0.0/16, this link; metadata of clouds
        (0xAC10_0000, 12),  // 172.16.0.0/12, private
        (0xC000_0000, 24),  // 192.0.0.0/24, protocols
        (0xC000_0200, 24),  // 192.0.2.0/24, documentation
        (0xC058_6300, 24),  // 192.88.99.0/24, relays of 6to4
        (0xC0A8_0000, 16),  // 192.168.0.0/16, private
        (0xC612_0000, 15),  // 198.18.0.0/15, benchmarks
        (0xC633_6400, 24),  // 198.51.100.0/24, documentation
        (0xCB00_7100, 24),  // 203.0.113.0/24, documentation
        (0xE000_0000, 4),  // 224.0.0.0/4, multicast
        (0xF000_0000, 4),  // 240.0.0.0/4, for later; broadcast
    ]

    /// What of 2000::/3, all that is given out of IPv6, is none.
    private static let reservedGlobal: [(network: UInt32, prefix: UInt32)] = [
        (0x2001_0000, 23),  // 2001::/23, protocols: Teredo among them
        (0x2001_0DB8, 32),  // 2001:db8::/32, documentation
        (0x2002_0000, 16),  // 2002::/16, 6to4, which has an address of IPv4 within
        (0x3FFF_0000, 20),  // 3fff::/20, documentation
    ]

    /// Whether the address, of 4 or 16 bytes, is one.
    static func contains(_ bytes: [UInt8]) -> Bool {
        switch bytes.count {
        case 4: return !isIn(reserved, bytes)
        case 16:
            // What a NAT64 makes of an address of IPv4 (RFC 6052) leads there.
            if bytes.prefix(12) == [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0] {
                return contains(Array(bytes[12...]))
            }
            // Also out: `::ffff:192.0.2.1`, which is IPv4 in disguise and stands in no directory.
            return bytes[0] & 0xE0 == 0x20 && !isIn(reservedGlobal, bytes)
        default: return false
        }
    }

    /// Whether a socket's address is one. Of any other family than IPv4 and IPv6 none is.
    static func contains(socketAddress: UnsafeRawBufferPointer, family: Int32) -> Bool {
        switch family {
        case AF_INET where socketAddress.count >= MemoryLayout<sockaddr_in>.size:
            return contains(bytes(of: socketAddress.loadUnaligned(as: sockaddr_in.self).sin_addr))
        case AF_INET6 where socketAddress.count >= MemoryLayout<sockaddr_in6>.size:
            return contains(bytes(of: socketAddress.loadUnaligned(as: sockaddr_in6.self).sin6_addr))
        default: return false
        }
    }

    private static func bytes(of address: some Any) -> [UInt8] { withUnsafeBytes(of: address) { Array($0) } }

    private static func isIn(_ networks: [(network: UInt32, prefix: UInt32)], _ address: [UInt8]) -> Bool {
        let head = address.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return networks.contains { (head ^ $0.network) >> (32 - $0.prefix) == 0 }
    }
}

/// Called with each address before libcurl connects to it: opens the socket, or refuses the address.
let onSocket: curl_opensocket_callback = { context, _, address in
    guard let exchange = Exchange.of(context), let address, let offset = MemoryLayout<curl_sockaddr>.offset(of: \.addr)
    else { return CURL_SOCKET_BAD }
    let found = address.pointee
    let bytes = UnsafeRawBufferPointer(start: UnsafeRawPointer(address) + offset, count: Int(found.addrlen))
    let isPublic = PublicAddress.contains(socketAddress: bytes, family: found.family)
    guard exchange.take(addressThatIsPublic: isPublic) else { return CURL_SOCKET_BAD }
    return socket(found.family, found.socktype | Int32(SOCK_CLOEXEC.rawValue), found.protocol)
}
