import HTTPServer
import Lifecycle

extension HTTPClient {
    /// Serves `router` on a free port, and lends a client of it to `body`.
    /// - Parameter filters: what requests pass; without others nobody is asked who they are.
    public static func with<Value: Sendable>(
        _ router: Router, filters: [any RequestFilter] = [AuthenticationOff()],
        _ body: @escaping @Sendable (HTTPClient) async throws -> Value
    ) async throws -> Value {
        let server = HTTPServer(
            host: "127.0.0.1", port: 0, router: router, filters: [DescribedAnswers()] + filters, logger: .silent)
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
