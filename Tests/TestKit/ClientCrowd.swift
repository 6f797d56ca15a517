import Glibc
import Lifecycle

/// Many connections to one server of this machine at once, which say little or nothing.
///
/// All belong to one thread of their own, which blocks only while it connects.
public actor ClientCrowd {
    private let executor = ThreadExecutor(name: "test-crowd")
    private var descriptors: [Int32] = []

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// How many there can be at most, with some files left for the test itself.
    public nonisolated let most: Int

    public init() { most = FileDescriptorLimit.raise() - 512 }

    deinit {
        for descriptor in descriptors { close(descriptor) }
        executor.stop()
    }

    /// Connects `count` more to an IPv4 port of this machine.
    public func join(_ count: Int, port: Int) throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
        for _ in 0..<count {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            guard descriptor >= 0 else { throw HTTPClientError("no socket: \(String(cString: strerror(errno)))") }
            descriptors.append(descriptor)
            let connected = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            guard connected == 0 else { throw HTTPClientError("cannot connect: \(String(cString: strerror(errno)))") }
        }
    }

    /// Sends `text` from each, as far as its server still listens.
    public func say(_ text: String) {
        let bytes = Array(text.utf8)
        for descriptor in descriptors {
            _ = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT)) }
        }
    }

    /// To how many the server has sent something.
    public var answered: Int {
        descriptors.count { descriptor in
            var byte: UInt8 = 0
            return recv(descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) > 0
        }
    }

    /// How many the server has not closed.
    public var connected: Int {
        descriptors.count { descriptor in
            var byte: UInt8 = 0
            let count = recv(descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
            return count > 0 || (count < 0 && errno == EAGAIN)
        }
    }
}
