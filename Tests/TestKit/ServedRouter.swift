import HTTPServer
import Lifecycle

extension HTTPClient {
    /// Serves `router` on a free port, and lends a client of it to `body`.
    public static func with<Value: Sendable>(
        _ router: Router, _ body: @escaping @Sendable (HTTPClient) async throws -> Value
    ) async throws -> Value {
        let server = HTTPServer(host: "127.0.0.1", port: 0, router: router, logger: .silent)
        let port = try server.start()
        let shutdown = ShutdownSignal()
        async let serving: Void = server.run(until: shutdown)
        do {
            let value = try await body(HTTPClient(port: port))
            shutdown.trigger()
            try await serving
            return value
        } catch {
            shutdown.trigger()
            try? await serving
            throw error
        }
    }
}
