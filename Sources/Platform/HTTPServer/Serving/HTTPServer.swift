import DomainKit
import Lifecycle
import Observability

/// Serves a router over HTTP/1.1.
public final class HTTPServer: Service {
    public let name = "http"
    private let host: String
    private let requestedPort: Int

    /// - Parameters:
    ///   - host: an address or name of this machine; `0.0.0.0` for all of IPv4, `::` for all.
    ///   - port: 0 lets the system choose: ask ``start()`` which.
    public init(
        host: String, port: Int, router: Router, settings: HTTPServerSettings = .init(), logger: Logger
    ) {
        self.host = host
        requestedPort = port
    }

    /// Listens. ``run(until:)`` does so by itself; call this first where the port must be known.
    /// - Returns: the port.
    /// - Throws: ``HTTPServerError`` where the address cannot be had.
    @discardableResult
    public func start() throws(HTTPServerError) -> Int { requestedPort }

    public func run(until shutdown: ShutdownSignal) async throws {
        try start()
        await shutdown.wait()
    }
}
