import HTTPServer
import Lifecycle
import Locking
import Observability
import TestKit
import Tracing

/// A server on a port of its own, which lives as long as the test's closure.
struct HTTPTestServer: Sendable {
    let port: Int
    let metrics: MetricsRegistry
    let sink: MemorySink
    let shutdown = ShutdownSignal()

    var client: HTTPClient { HTTPClient(port: port) }

    func connect(timeout: Int = 10) throws -> HTTPConnection { try HTTPConnection(port: port, timeout: timeout) }

    /// Sends text as it is on a new connection and reads one answer.
    func answer(to text: String) async throws -> HTTPAnswer {
        let connection = try connect()
        try await connection.write(text)
        return try await connection.read()
    }

    static func with<Result: Sendable>(
        _ settings: HTTPServerSettings = .init(), tracer: Tracer = Tracer(), routes: (inout Router) -> Void = { _ in },
        _ body: @Sendable (HTTPTestServer) async throws -> Result
    ) async throws -> Result {
        var router = Router()
        router.get("/hello", .test) { _ in .text(200, "hello") }
        router.post("/echo", .test) { request in HTTPResponse(body: request.body) }
        routes(&router)
        let metrics = MetricsRegistry()
        let sink = MemorySink()
        let server = HTTPServer(
            host: "127.0.0.1", port: 0, router: router, settings: settings,
            logger: Logger(service: "test", sink: sink), metrics: metrics, tracer: tracer)
        let test = HTTPTestServer(port: try server.start(), metrics: metrics, sink: sink)
        async let running: Void = server.run(until: test.shutdown)
        do {
            let result = try await body(test)
            test.shutdown.trigger()
            try await running
            return result
        } catch {
            test.shutdown.trigger()
            try await running
            throw error
        }
    }

    private init(port: Int, metrics: MetricsRegistry, sink: MemorySink) {
        self.port = port
        self.metrics = metrics
        self.sink = sink
    }
}

/// What happened, for tests to wait for.
final class Events: Sendable {
    private let names = Mutex<[String]>([])

    func add(_ name: String) { names.withLock { $0.append(name) } }
    var all: [String] { names.withLock { $0 } }

    /// Whether `name` happens, so many times, within ten seconds.
    func happens(_ name: String, times: Int = 1) async -> Bool {
        for _ in 0..<1_000 {
            if all.count(where: { $0 == name }) >= times { return true }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return false
    }
}
