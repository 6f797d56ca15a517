import Glibc
import JSON
import Lifecycle

/// A client on one TCP connection, which says exactly what it is told to, right or wrong.
///
/// It blocks a thread of its own, never Swift's pool. For several requests at once make several clients.
public actor HTTPConnection {
    private let executor = ThreadExecutor(name: "test-http")
    private let descriptor: Int32
    /// Bytes read that belong to the next answer.
    private var buffer: [UInt8] = []

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Connects to an IPv4 address.
    /// - Parameter timeout: how long to wait for the next bytes, in seconds, before ``read()`` throws.
    public init(host: String = "127.0.0.1", port: Int, timeout: Int = 30) throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        inet_pton(AF_INET, host == "localhost" ? "127.0.0.1" : host, &address.sin_addr)
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var limit = timeval(tv_sec: timeout, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var yes: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw HTTPClientError("cannot connect to \(host):\(port): \(reason)")
        }
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
        executor.stop()
    }

    /// Writes text as it is.
    public func write(_ text: String) throws { try write(Array(text.utf8)) }

    /// Writes bytes as they are.
    public func write(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { throw HTTPClientError("cannot write: \(String(cString: strerror(errno)))") }
            rest = rest.dropFirst(sent)
        }
    }

    /// Tells the server that nothing more will come.
    public func endWriting() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Ends the connection both ways at once.
    public func end() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// Reads one answer.
    /// - Parameter isHead: whether it has no body, whatever its headers say.
    /// - Throws: ``HTTPClientError`` where the connection ends before the answer does.
    public func read(isHead: Bool = false) throws -> HTTPAnswer {
        while true {
            if let (head, length) = splitHead() {
                let status = Int(head.first?.split(separator: " ").dropFirst().first ?? "") ?? 0
                let fields = head.dropFirst().map { line in
                    let colon = line.firstIndex(of: ":") ?? line.endIndex
                    return (String(line[..<colon]), String(line[colon...].dropFirst().drop { $0 == " " }))
                }
                buffer.removeFirst(length)
                // An interim answer, such as 100 Continue, is followed by the real one.
                if status / 100 == 1 { continue }
                let hasBody = !isHead && status != 204 && status != 304
                let size = fields.first { $0.0.lowercased() == "content-length" }.flatMap { Int($0.1) } ?? 0
                while hasBody, buffer.count < size { try fill() }
                let body = hasBody ? Array(buffer.prefix(size)) : []
                buffer.removeFirst(body.count)
                return HTTPAnswer(status: status, fields: fields, body: body)
            }
            try fill()
        }
    }

    /// Whether the server ends the connection, sending nothing more, before the timeout.
    public func isEnded() -> Bool {
        while true {
            do { try fill() } catch { return error is HTTPClientError && isAtEnd }
        }
    }

    /// Whether the connection can take another request: no end and nothing unasked for has come.
    var isReusable: Bool {
        var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return buffer.isEmpty && !isAtEnd && poll(&watched, 1, 0) == 0
    }

    private var isAtEnd = false

    private func fill() throws {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        if count == 0 || (count < 0 && errno == ECONNRESET) { isAtEnd = true }
        guard count > 0 else {
            throw HTTPClientError(count == 0 ? "the server closed the connection" : String(cString: strerror(errno)))
        }
        buffer += chunk.prefix(count)
    }

    private func splitHead() -> (lines: [Substring], length: Int)? {
        let end = Array("\r\n\r\n".utf8)
        guard
            let start = buffer.indices.dropLast(3).first(where: {
                buffer[$0] == 13 && Array(buffer[$0..<$0 + 4]) == end
            })
        else { return nil }
        let text = String(decoding: buffer[..<start], as: UTF8.self)
        return (text.split(separator: "\r\n"), start + 4)
    }
}

/// What a server answered.
public struct HTTPAnswer: Sendable {
    public let status: Int
    /// Names and values as they came.
    public let fields: [(String, String)]
    public let body: [UInt8]

    /// The first header of that name, in either case.
    public func header(_ name: String) -> String? { fields.first { $0.0.lowercased() == name.lowercased() }?.1 }

    public var text: String { String(decoding: body, as: UTF8.self) }

    /// The body as JSON; null where it is none.
    public var json: JSONValue { (try? JSONValue(parsing: body)) ?? .null }
}

/// Why a client has no answer.
public struct HTTPClientError: Error, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}

/// A well-behaved client of one server, one request at a time, which keeps its connection.
public actor HTTPClient {
    private let host: String
    public nonisolated let port: Int
    private let token: String?
    private var connection: HTTPConnection?

    /// - Parameters:
    ///   - baseURL: such as `http://127.0.0.1:8081`.
    ///   - token: sent along as a bearer token, unless a request has an `Authorization` of its own.
    public init(_ baseURL: String, token: String? = nil) {
        self.token = token
        let authority = baseURL.split(separator: "/").dropFirst().first ?? ""
        let parts = authority.split(separator: ":")
        host = parts.first.map(String.init) ?? "127.0.0.1"
        port = parts.dropFirst().first.flatMap { Int($0) } ?? 80
    }

    public init(port: Int) { self.init("http://127.0.0.1:\(port)") }

    /// A client of the same server, with a connection of its own.
    public nonisolated func another() -> HTTPClient { HTTPClient("http://\(host):\(port)", token: token) }

    /// Sends a request and reads its answer. A body goes as `application/json` unless `headers` say otherwise.
    public func send(
        _ method: String, _ path: String, headers: [String: String] = [:], body: [UInt8] = []
    ) async throws -> HTTPAnswer {
        var text = "\(method) \(path) HTTP/1.1\r\nHost: \(host):\(port)\r\n"
        let names = Set(headers.keys.map { $0.lowercased() })
        for (name, value) in headers { text += "\(name): \(value)\r\n" }
        if let token, !names.contains("authorization") { text += "Authorization: Bearer \(token)\r\n" }
        if !body.isEmpty, !names.contains("content-type") { text += "Content-Type: application/json\r\n" }
        if !body.isEmpty || method == "POST" || method == "PUT" { text += "Content-Length: \(body.count)\r\n" }
        let connection = try await connected()
        self.connection = nil
        try await connection.write(Array((text + "\r\n").utf8) + body)
        let answer = try await connection.read(isHead: method == "HEAD")
        if answer.header("connection")?.lowercased() != "close" { self.connection = connection }
        return answer
    }

    /// Sends a request with a JSON body.
    public func send(
        _ method: String, _ path: String, headers: [String: String] = [:], json: String
    ) async throws -> HTTPAnswer {
        try await send(method, path, headers: headers, body: Array(json.utf8))
    }

    private func connected() async throws -> HTTPConnection {
        if let connection, await connection.isReusable { return connection }
        return try HTTPConnection(host: host, port: port)
    }
}
