import Glibc
import Lifecycle
import Locking

/// Stands between a client and a server on this machine, and can hang up, turn clients away, or stop passing on what they
/// send.
public final class TestProxy: Sendable {
    private struct State {
        var isStalled = false
        /// How many bytes of clients it still passes on until it stalls; nil where that does not depend on them.
        var bytesUntilStall: Int?
        var isAway = false
        var isClosed = false
        var sockets: Set<Int32> = []

        mutating func count(_ bytes: Int) {
            guard let left = bytesUntilStall else { return }
            bytesUntilStall = left > bytes ? left - bytes : nil
            if bytesUntilStall == nil { isStalled = true }
        }
    }

    /// Where clients connect, on 127.0.0.1.
    public let port: UInt16
    private let listener: Int32
    private let target: UInt16
    private let state = Mutex(State())

    /// Passes connections on to `target` on 127.0.0.1.
    public init(to target: UInt16) throws {
        self.target = target
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = loopback(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 16) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        guard isBound else { throw TestSetupError(description: "the proxy has no port") }
        port = UInt16(bigEndian: address.sin_port)
        onThread { self.accept() }
    }

    /// Hangs up on everybody. New connections are welcome.
    public func hangUp() {
        state.withLock { state in
            for socket in state.sockets { shutdown(socket, Int32(SHUT_RDWR)) }
        }
    }

    /// Hangs up on everybody and on whoever comes, as if the server were gone, or is there again.
    public func goAway(_ isAway: Bool) {
        state.withLock { $0.isAway = isAway }
        if isAway { hangUp() }
    }

    /// Stops passing on what clients send, or goes on, like a broker under a memory alarm.
    public func stall(_ isStalled: Bool) { state.withLock { $0.isStalled = isStalled } }

    /// Stops passing on what clients send after so many bytes.
    public func stall(after bytes: Int) { state.withLock { $0.bytesUntilStall = bytes } }

    /// Whether it passes on nothing that clients send.
    public var isStalled: Bool { state.withLock { $0.isStalled } }

    /// Ends the proxy. Call it, or its thread stays.
    public func close() {
        state.withLock { $0.isClosed = true }
        shutdown(listener, Int32(SHUT_RDWR))
        hangUp()
    }

    private func accept() {
        while !state.withLock({ $0.isClosed }) {
            let client = Glibc.accept(listener, nil, nil)
            guard client >= 0 else { break }
            if state.withLock({ $0.bytesUntilStall != nil }) {
                // What it does not pass on stays with the client, but for so much.
                var size: Int32 = 65_536
                setsockopt(client, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
            }
            let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = loopback(target)
            let isConnected = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
            let isAway = state.withLock { state in
                state.sockets.formUnion([client, server])
                return state.isAway
            }
            if isAway || !isConnected { shutdown(client, Int32(SHUT_RDWR)) }
            onThread { self.pump(from: client, to: server, canStall: true) }
            onThread { self.pump(from: server, to: client, canStall: false) }
        }
        Glibc.close(listener)
    }

    /// The descriptors stay open until the process ends: a number that is used again would be another test's socket.
    private func pump(from source: Int32, to sink: Int32, canStall: Bool) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            while canStall, state.withLock({ $0.isStalled && !$0.isClosed }) { usleep(20_000) }
            let count = read(source, &buffer, buffer.count)
            guard count > 0, send(sink, buffer, count, Int32(MSG_NOSIGNAL)) == count else { break }
            if canStall { state.withLock { $0.count(count) } }
        }
        shutdown(source, Int32(SHUT_RDWR))
        shutdown(sink, Int32(SHUT_RDWR))
    }

    /// Runs `body`, which blocks, on a thread of its own.
    private func onThread(_ body: @escaping @Sendable () -> Void) {
        let executor = ThreadExecutor(name: "proxy")
        Task(executorPreference: executor) {
            body()
            executor.stop()
        }
    }
}

private func loopback(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
}
