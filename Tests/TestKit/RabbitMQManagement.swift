import Glibc
import JSON
import Lifecycle

/// The management API of the broker for tests, spoken over a plain socket on a thread of its own.
public actor RabbitMQManagement {
    private let executor = ThreadExecutor(name: "management")
    private let host: String
    private let port: String
    private let authorization: String

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// - Throws: ``TestSetupError`` when `TEST_RABBITMQ_MANAGEMENT_URL` is not set.
    public init() throws {
        guard let url = getenv("TEST_RABBITMQ_MANAGEMENT_URL").map({ String(cString: $0) }) else {
            throw TestSetupError(
                description: "TEST_RABBITMQ_MANAGEMENT_URL is not set: run the tests with profiles/test")
        }
        let authority = url.split(separator: "/").dropFirst().first ?? ""
        let parts = authority.split(separator: "@")
        let address = (parts.last ?? "").split(separator: ":")
        guard parts.count == 2, address.count == 2 else {
            throw TestSetupError(
                description: "TEST_RABBITMQ_MANAGEMENT_URL must look like http://user:password@host:port")
        }
        host = String(address[0])
        port = String(address[1])
        authorization = base64(Array(parts[0].utf8))
    }

    deinit { executor.stop() }

    /// The user that the API is called as.
    static func user() throws -> String {
        let url = getenv("TEST_RABBITMQ_MANAGEMENT_URL").map { String(cString: $0) } ?? ""
        return String(url.split(separator: "/").dropFirst().first?.prefix { $0 != ":" } ?? "")
    }

    /// Calls the API.
    /// - Throws: ``TestSetupError`` when there is no answer, or one of status 400 and above.
    @discardableResult
    public func call(_ method: String, _ path: String, _ body: String = "") throws -> JSONValue {
        let answer = try exchange(
            """
            \(method) /api\(path) HTTP/1.0\r
            Host: \(host)\r
            Authorization: Basic \(authorization)\r
            Content-Type: application/json\r
            Content-Length: \(body.utf8.count)\r
            \r
            \(body)
            """)
        let status = answer.split(separator: UInt8(ascii: " ")).dropFirst().first.map {
            String(decoding: $0, as: UTF8.self)
        }
        guard let status, let code = Int(status), code < 400 else {
            throw TestSetupError(
                description: "\(method) \(path): \(String(decoding: answer.prefix(500), as: UTF8.self))")
        }
        let separator = Array("\r\n\r\n".utf8)
        guard let end = answer.indices.first(where: { answer[$0...].starts(with: separator) }) else { return .null }
        let content = Array(answer[(end + 4)...])
        return content.isEmpty ? .null : (try? JSONValue(parsing: content)) ?? .null
    }

    private func exchange(_ request: String) throws -> [UInt8] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var addresses: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, port, &hints, &addresses) == 0, let first = addresses else {
            throw TestSetupError(description: "\(host) has no address")
        }
        defer { freeaddrinfo(first) }
        let descriptor = socket(first.pointee.ai_family, first.pointee.ai_socktype, first.pointee.ai_protocol)
        defer { close(descriptor) }
        guard connect(descriptor, first.pointee.ai_addr, first.pointee.ai_addrlen) == 0 else {
            throw TestSetupError(description: "the management API of the broker cannot be reached")
        }
        var rest = Array(request.utf8)[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard sent > 0 else { throw TestSetupError(description: "the management API hung up") }
            rest = rest.dropFirst(sent)
        }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = read(descriptor, &buffer, buffer.count), count > 0 {
            answer.append(contentsOf: buffer[..<count])
        }
        return answer
    }
}

private func base64(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var text = ""
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let group = bytes[start..<min(start + 3, bytes.count)]
        let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
        for position in 0..<4 {
            text.append(position <= group.count ? alphabet[bits >> (18 - 6 * position) & 63] : "=")
        }
    }
    return text
}
