import Glibc
import HTTPClient
import Lifecycle

/// Where an issuer's keys come from.
public protocol KeySource: Sendable {
    /// What it is, for logs: a path or a URL.
    var place: String { get }
    /// How often to look again even though nobody asks for a key that is not known.
    var interval: Duration { get }
    /// The shortest time between two looks, however many tokens name keys that are not known.
    var pause: Duration { get }

    /// Reads the document.
    /// - Returns: nil where it has not changed since the last call that returned one.
    func read() async throws -> [UInt8]?
}

/// Why keys could not be read.
public struct KeySourceError: Error, Sendable, Equatable, CustomStringConvertible {
    public let description: String

    public init(description: String) { self.description = description }
}

/// The largest document with keys that is read, in bytes.
let keySetLimit = 1 << 20

/// Keys in a file, which is looked at again when it has changed: also one that was replaced, as Kubernetes replaces what it
/// mounts.
public actor FileKeySource: KeySource {
    public nonisolated let place: String
    public nonisolated let interval: Duration = .seconds(5)
    public nonisolated let pause: Duration = .milliseconds(500)
    private let thread = ThreadExecutor(name: "keys")
    private var last: Version?

    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// What tells two states of a file apart.
    private struct Version: Equatable {
        let device: UInt
        let inode: UInt
        let size: Int
        let seconds: Int
        let nanoseconds: Int
    }

    public init(path: String) { place = path }

    deinit { thread.stop() }

    public func read() throws -> [UInt8]? {
        let descriptor = open(place, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw systemError() }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw systemError() }
        let version = Version(
            device: status.st_dev, inode: status.st_ino, size: status.st_size, seconds: status.st_mtim.tv_sec,
            nanoseconds: status.st_mtim.tv_nsec)
        guard version != last else { return nil }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            guard count >= 0 else { throw systemError() }
            guard count > 0 else { break }
            bytes += buffer[..<count]
            guard bytes.count <= keySetLimit else {
                throw KeySourceError(description: "has more than \(keySetLimit) bytes")
            }
        }
        last = version
        return bytes
    }

    private func systemError() -> KeySourceError {
        KeySourceError(description: "cannot be read: \(String(cString: strerror(errno)))")
    }
}

/// Keys behind an `http` or `https` URL, as OpenID providers publish them.
public struct URLKeySource: KeySource {
    public let place: String
    public let interval: Duration
    public let pause: Duration
    private let client: WebClient

    /// - Parameters:
    ///   - interval: how often to ask again, so that a key which was taken back is not trusted for longer.
    ///   - pause: the shortest time between two requests.
    public init(
        url: String, interval: Duration = .seconds(300), pause: Duration = .seconds(10),
        timeout: Duration = .seconds(5)
    ) {
        place = url
        self.interval = interval
        self.pause = pause
        var settings = WebClientSettings()
        (settings.timeout, settings.connectTimeout) = (timeout, timeout)
        settings.sizeLimit = keySetLimit
        // What is asked without TLS is near.
        settings.usesProxy = url.hasPrefix("https:")
        client = WebClient(name: "keys", settings: settings)
    }

    public func read() async throws -> [UInt8]? {
        let answer = try await client.get(place, headers: [(name: "Accept", value: "application/json")])
        guard answer.status == 200 else { throw KeySourceError(description: "answers \(answer.status)") }
        return answer.body
    }
}
