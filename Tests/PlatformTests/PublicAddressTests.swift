import Glibc
import Testing

@testable import Transfers

@Suite struct PublicAddressTests {
    /// Whether `text` is public, looked up as libcurl would: by `getaddrinfo`, which takes odd spellings, too.
    private func isPublic(_ text: String) throws -> Bool {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICHOST
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(text, "443", &hints, &list)
        defer { if let list { freeaddrinfo(list) } }
        let found = try #require(list?.pointee, "\(text): \(String(cString: gai_strerror(code)))")
        let bytes = UnsafeRawBufferPointer(start: found.ai_addr, count: Int(found.ai_addrlen))
        return PublicAddress.contains(socketAddress: bytes, family: found.ai_family)
    }

    @Test(arguments: [
        // This machine, in all the spellings that `inet_aton` knows.
        "127.0.0.1", "127.255.255.254", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "017700000001",
        // Nobody, which Linux takes for this machine.
        "0.0.0.0", "0", "0.1.2.3",
        // Private networks, at both ends.
        "10.0.0.0", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.255", "0xC0A80001",
        // Shared by a provider's customers; this link, with the metadata of clouds.
        "100.64.0.1", "100.127.255.255", "169.254.169.254", "169.254.0.0", "2852039166",
        // Protocols, documentation, benchmarks, relays.
        "192.0.0.8", "192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1", "198.19.255.255", "192.88.99.1",
        // Multicast, what is for later, broadcast.
        "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
        // IPv6: nobody, this machine, this link, private, multicast.
        "::", "::1", "0:0:0:0:0:0:0:1", "fe80::1", "fe80::1%1", "febf::1", "fc00::1", "fd12:3456:789a::1", "ff02::1",
        "fec0::1",
        // IPv4 in IPv6: mapped, compatible, and by NAT64 and 6to4 and Teredo.
        "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "::8.8.8.8",
        "64:ff9b::127.0.0.1", "64:ff9b::a00:1", "64:ff9b::169.254.169.254", "64:ff9b:1::808:808", "2002:7f00:1::",
        "2002:808:808::1", "2001:0:53aa:64c::1",
        // Documentation, benchmarks, blackhole, segments, what nobody was given.
        "2001:db8::1", "3fff::1", "3fff:fff::1", "2001:2::1", "100::1", "5f00::1", "4000::1", "::fffe:8.8.8.8",
    ])
    func noAddressOfThisMachineOrItsNetworksIsPublic(_ text: String) throws {
        let isPublic = try isPublic(text)
        #expect(!isPublic)
    }

    @Test(arguments: [
        "8.8.8.8", "1.1.1.1", "134744072", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
        "126.255.255.255",
        "128.0.0.1", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.1", "192.167.255.255",
        "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700:4700::1111",
        "2001:4860:4860::8888",
        "2001:200::1", "2003::1", "2a00:1450:4001::1", "2620:fe::fe", "64:ff9b::8.8.8.8",
    ])
    func whatTheInternetGivesOutIsPublic(_ text: String) throws {
        let isPublic = try isPublic(text)
        #expect(isPublic)
    }

    @Test func whatIsNeitherIPv4NorIPv6IsNotPublic() {
        let bytes = [UInt8](repeating: 8, count: 128)
        bytes.withUnsafeBytes { bytes in
            #expect(!PublicAddress.contains(socketAddress: bytes, family: AF_UNIX))
            let short = UnsafeRawBufferPointer(rebasing: bytes.prefix(8))
            #expect(!PublicAddress.contains(socketAddress: short, family: AF_INET))
            #expect(!PublicAddress.contains(socketAddress: short, family: AF_INET6))
        }
        #expect(!PublicAddress.contains([8, 8, 8]))
    }
}
