import Glibc

/// A bound TCP socket that accepts connections. Made here and not by libmicrohttpd, which does not say why it could not.
struct ListeningSocket {
    let descriptor: Int32
    /// The port, also where the system chose it.
    let port: Int

    /// - Throws: ``HTTPServerError`` with the system's reason.
    init(host: String, port: Int) throws(HTTPServerError) {
        let address = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        guard (0...65_535).contains(port) else {
            throw HTTPServerError(code: .addressInvalid, address: address, reason: "the port is not from 0 to 65535")
        }
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let failure = getaddrinfo(host, String(port), &hints, &found)
        guard failure == 0, let found else {
            throw HTTPServerError(
                code: .addressInvalid, address: address, reason: String(cString: gai_strerror(failure)))
        }
        defer { freeaddrinfo(found) }
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(found.pointee.ai_family, kind, 0)
        guard descriptor >= 0 else { throw HTTPServerError(errno, address: address) }
        var yes: Int32 = 1
        // A server that starts again must not wait for the last one's connections to leave TIME_WAIT.
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        guard bind(descriptor, found.pointee.ai_addr, found.pointee.ai_addrlen) == 0,
            listen(descriptor, SOMAXCONN) == 0
        else {
            let reason = errno
            close(descriptor)
            throw HTTPServerError(reason, address: address)
        }
        self.descriptor = descriptor
        self.port = ListeningSocket.port(of: descriptor) ?? port
    }

    private static func port(of descriptor: Int32) -> Int? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                getsockname(descriptor, address, &length) == 0 ? SocketAddress(address)?.port : nil
            }
        }
    }
}

/// An address and port in text and number.
struct SocketAddress {
    let host: String
    let port: Int

    /// Nil where the address is neither IPv4 nor IPv6.
    init?(_ address: UnsafePointer<sockaddr>) {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        switch Int32(address.pointee.sa_family) {
        case AF_INET:
            var inet = UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in.self)
            inet_ntop(AF_INET, &inet.sin_addr, &text, socklen_t(text.count))
            port = Int(UInt16(bigEndian: inet.sin_port))
        case AF_INET6:
            var inet = UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in6.self)
            inet_ntop(AF_INET6, &inet.sin6_addr, &text, socklen_t(text.count))
            port = Int(UInt16(bigEndian: inet.sin6_port))
        default: return nil
        }
        host = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

extension HTTPServerError {
    fileprivate init(_ number: Int32, address: String) {
        let code: Code =
            switch number {
            case EADDRINUSE: .addressInUse
            case EADDRNOTAVAIL: .addressInvalid
            default: .startFailed
            }
        self.init(code: code, address: address, reason: String(cString: strerror(number)))
    }
}
