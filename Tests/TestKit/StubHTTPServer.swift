import Glibc
import Lifecycle
import Locking

/// A web server that a test tells what to do while it runs: to answer, to say nothing, to talk rubbish, to hang up, or not
/// to listen at all. It notes what it was asked.
public final class StubHTTPServer: Sendable {
    /// What comes of a request.
    public enum Behaviour: Sendable {
        /// What the closure says of it.
        case answer(@Sendable (Request) -> Answer)
        /// Nothing, until the behaviour is another one, which is then that of this request, too.
        case hang
        /// These bytes, and the end of the connection; without any it is cut.
        case send(String)
    }

    /// A request as it came.
    public struct Request: Sendable {
        public let method: String
        /// With the query.
        public let path: String
        /// By names in lower case; of several with one name the last.
        public let headers: [String: String]
        public let body: [UInt8]
    }

    public struct Answer: Sendable {
        let status: Int
        let headers: [(name: String, value: String)]
        let body: String

        public init(_ status: Int, _ body: String = "", headers: [(name: String, value: String)] = []) {
            self.status = status
            self.headers = headers
            self.body = body
        }
    }

    private struct State {
        var behaviour: Behaviour
        var requests: [Request] = []
        var listener: Int32?
        var connections: Set<Int32> = []
        var isClosed = false
    }

    /// Where it listens, on 127.0.0.1.
    public let port: UInt16
    /// Keeps the port while the server does not listen.
    private let reservation: Int32
    private let state: Mutex<State>

    public init(_ behaviour: Behaviour = .answer { _ in Answer(404) }) throws {
        reservation = boundSocket(port: 0)
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let reservation = reservation
        let isKnown = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(reservation, $0, &length) == 0 }
        }
        guard isKnown, address.sin_port != 0 else { throw TestSetupError(description: "the stub has no port") }
        port = UInt16(bigEndian: address.sin_port)
        state = Mutex(State(behaviour: behaviour))
        comeBack()
    }

    public var url: String { "http://127.0.0.1:\(port)" }

    /// All that it was asked so far.
    public var requests: [Request] { state.withLock { $0.requests } }

    /// Does otherwise from now on, also with the requests that hang.
    public func behave(_ behaviour: Behaviour) { state.withLock { $0.behaviour = behaviour } }

    /// Answers everything with this from now on.
    public func answer(_ status: Int, _ body: String = "", headers: [(name: String, value: String)] = []) {
        behave(.answer { _ in Answer(status, body, headers: headers) })
    }

    /// Stops listening and hangs up on everybody: connections are refused until it comes back.
    public func goAway() {
        state.withLock { state in
            if let listener = state.listener { shutdown(listener, Int32(SHUT_RDWR)) }
            state.listener = nil
            for connection in state.connections { shutdown(connection, Int32(SHUT_RDWR)) }
        }
    }

    /// Listens, at the same port as ever, unless it does.
    public func comeBack() {
        guard state.withLock({ $0.listener == nil }) else { return }
        let listener = boundSocket(port: port)
        guard listen(listener, 64) == 0 else { return }
        state.withLock { $0.listener = listener }
        onThread { self.accept(on: listener) }
    }

    /// Ends the server. Call it, or its threads stay.
    public func close() {
        goAway()
        let isFirst = state.withLock { state in
            defer { state.isClosed = true }
            return !state.isClosed
        }
        if isFirst { close(reservation) }
    }

    private func close(_ descriptor: Int32) { Glibc.close(descriptor) }

    private func accept(on listener: Int32) {
        defer { close(listener) }
        while true {
            let connection = Glibc.accept(listener, nil, nil)
            guard connection >= 0 else { return }
            let isWelcome = state.withLock { state in
                guard state.listener == listener else { return false }
                state.connections.insert(connection)
                return true
            }
            guard isWelcome else {
                close(connection)
                return
            }
            onThread {
                self.serve(connection)
                self.state.withLock { _ = $0.connections.remove(connection) }
                self.close(connection)
            }
        }
    }

    /// Takes one request after another, as long as they are answered.
    private func serve(_ connection: Int32) {
        var input = StubInput(connection)
        while let request = input.nextRequest() {
            state.withLock { $0.requests.append(request) }
            while isHanging { usleep(5_000) }
            switch state.withLock({ $0.behaviour }) {
            case .answer(let respond):
                guard send(respond(request).bytes, on: connection) else { return }
            case .send(let text):
                _ = send(Array(text.utf8), on: connection)
                return
            case .hang: return
            }
        }
    }

    private var isHanging: Bool {
        state.withLock { state in
            guard case .hang = state.behaviour else { return false }
            return !state.isClosed
        }
    }

    private func send(_ bytes: [UInt8], on connection: Int32) -> Bool {
        Glibc.send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }

    /// Runs `body`, which blocks, on a thread of its own.
    private func onThread(_ body: @escaping @Sendable () -> Void) {
        let executor = ThreadExecutor(name: "stub")
        Task(executorPreference: executor) {
            body()
            executor.stop()
        }
    }
}

extension StubHTTPServer.Answer {
    fileprivate var bytes: [UInt8] {
        let lines = ["HTTP/1.1 \(status) Status", "Content-Length: \(body.utf8.count)"]
        let head = (lines + headers.map { "\($0.name): \($0.value)" } + ["", ""]).joined(separator: "\r\n")
        return Array((head + body).utf8)
    }
}

/// Reads requests from a connection. They must have their length in `Content-Length`.
private struct StubInput {
    private let connection: Int32
    private var bytes: [UInt8] = []

    init(_ connection: Int32) { self.connection = connection }

    /// Nil at the end of the connection.
    mutating func nextRequest() -> StubHTTPServer.Request? {
        var end: Int?
        while end == nil {
            end = bytes.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound
            guard end != nil || readMore() else { return nil }
        }
        guard let end else { return nil }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count == 3 else { return nil }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            headers[parts[0].lowercased()] = parts.last.map { String($0.drop { $0 == " " }) }
        }
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        while bytes.count < end + length { guard readMore() else { return nil } }
        defer { bytes.removeFirst(end + length) }
        return StubHTTPServer.Request(
            method: String(words[0]), path: String(words[1]), headers: headers, body: Array(bytes[end..<end + length]))
    }

    private mutating func readMore() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = read(connection, &buffer, buffer.count)
        guard count > 0 else { return false }
        bytes += buffer[..<count]
        return true
    }
}

/// A socket at a port of 127.0.0.1, which others of this function may share; 0 for any that is free.
private func boundSocket(port: UInt16) -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var yes: Int32 = 1
    for option in [SO_REUSEADDR, SO_REUSEPORT] {
        setsockopt(descriptor, SOL_SOCKET, option, &yes, socklen_t(MemoryLayout<Int32>.size))
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    _ = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
    return descriptor
}
