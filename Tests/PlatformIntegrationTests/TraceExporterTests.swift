import HTTPServer
import JSON
import Lifecycle
import Locking
import Observability
import TestKit
import Testing
import Tracing

@testable import OTLP

/// Against a real server that answers as a collector does, well or badly.
@Suite("Trace exporter") struct TraceExporterTests {
    /// Takes spans, and answers what it is told to, the last answer for good.
    private final class Collector: Sendable {
        private let answers: Mutex<[HTTPResponse]>
        private let bodies = Mutex<[(spans: [String], headers: HTTPHeaders)]>([])

        init(_ answers: [HTTPResponse] = [.empty(200)]) { self.answers = Mutex(answers) }

        func take(_ request: HTTPRequest) throws -> HTTPResponse {
            let spans = try JSONValue(parsing: request.body)["resourceSpans"]?.arrayValue?.first?["scopeSpans"]?
                .arrayValue?.first?["spans"]?.arrayValue
            bodies.withLock { $0.append(((spans ?? []).compactMap { $0["name"]?.stringValue }, request.headers)) }
            return answers.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
        }

        var requests: [(spans: [String], headers: HTTPHeaders)] { bodies.withLock { $0 } }
    }

    private struct Bench: Sendable {
        let tracer: Tracer
        let queue: SpanQueue
        let metrics: MetricsRegistry
        let shutdown: ShutdownSignal

        func addSpans(_ names: [String]) {
            for name in names { tracer.begin(name, .server, continuing: nil).span?.end() }
        }

        func exported(_ errorType: String? = nil) -> Int {
            metrics.counter("otel_sdk_exporter_span_exported_total", help: "")
                .value(errorType.map { ["error_type": $0] } ?? [:])
        }
    }

    /// Runs an exporter as long as `body` takes, and stops it then.
    private func withExporter(
        to url: String, queue: SpanQueue = SpanQueue(), _ change: (inout TraceExporterSettings) -> Void = { _ in },
        _ body: @Sendable (Bench) async throws -> Void
    ) async throws -> Bench {
        var settings = TraceExporterSettings(url: url, resource: [("service.name", "test")])
        settings.scheduleDelay = .milliseconds(20)
        settings.usesProxy = false
        change(&settings)
        let bench = Bench(
            tracer: Tracer(.alwaysOn, into: queue), queue: queue, metrics: MetricsRegistry(), shutdown: ShutdownSignal()
        )
        let exporter = TraceExporter(
            settings, from: queue, metrics: bench.metrics,
            backoff: Backoff(base: .milliseconds(10), limit: .milliseconds(20)))
        async let running: Void = exporter.run(until: bench.shutdown)
        do {
            try await body(bench)
            bench.shutdown.trigger()
            await running
            return bench
        } catch {
            bench.shutdown.trigger()
            await running
            throw error
        }
    }

    private func withCollector(
        _ collector: Collector, queue: SpanQueue = SpanQueue(),
        _ change: @Sendable (inout TraceExporterSettings) -> Void = { _ in },
        _ body: @escaping @Sendable (Bench) async throws -> Void
    ) async throws -> Bench {
        try await HTTPTestServer.with { router in
            router.post("/v1/traces", .test) { try collector.take($0) }
        } _: { server in
            try await withExporter(to: "http://127.0.0.1:\(server.port)/v1/traces", queue: queue, change, body)
        }
    }

    private func until(_ condition: @Sendable () -> Bool) async throws {
        for _ in 0..<3_000 where !condition() { try await Task.sleep(for: .milliseconds(10)) }
        #expect(condition())
    }

    @Test func spansArriveInBatchesWithTheirHeaders() async throws {
        let collector = Collector()
        let bench = try await withCollector(collector, queue: SpanQueue(limit: 10, batchSize: 2)) {
            $0.headers = [("Api-Key", "abc")]
        } _: { bench in
            bench.addSpans(["a", "b", "c"])
            try await until { collector.requests.flatMap(\.spans).count == 3 }
        }
        #expect(collector.requests.flatMap(\.spans) == ["a", "b", "c"])
        for request in collector.requests {
            #expect(request.spans.count <= 2)
            #expect(request.headers["api-key"] == "abc")
            #expect(request.headers["content-type"] == "application/json")
        }
        #expect(bench.exported() == 3)
    }

    @Test func whatIsLeftAtTheEndIsSent() async throws {
        let collector = Collector()
        let bench = try await withCollector(collector) {
            $0.scheduleDelay = .seconds(600)
        } _: {
            $0.addSpans(["a", "b"])
        }
        #expect(collector.requests.flatMap(\.spans) == ["a", "b"])
        #expect(bench.queue.count == 0)
    }

    @Test func aCollectorThatIsBusyIsAskedAgain() async throws {
        let busy = HTTPResponse.empty(503, headers: ["Retry-After": "0"])
        let collector = Collector([busy, .empty(429), .empty(200)])
        let bench = try await withCollector(collector) { bench in
            bench.addSpans(["a"])
            try await until { bench.exported() == 1 }
        }
        #expect(collector.requests.map(\.spans) == [["a"], ["a"], ["a"]])
        #expect(bench.exported("unavailable") == 0)
    }

    @Test func whatACollectorRefusesIsDroppedAndCounted() async throws {
        let collector = Collector([
            .empty(400), HTTPResponse(body: Array(#"{"partialSuccess":{"rejectedSpans":"1"}}"#.utf8)),
        ])
        _ = try await withCollector(collector) { bench in
            bench.addSpans(["a"])
            try await until { bench.exported("refused") == 1 }
            bench.addSpans(["b", "c"])
            try await until { bench.exported("rejected") == 1 && bench.exported() == 1 }
        }
        #expect(collector.requests.map(\.spans) == [["a"], ["b", "c"]])
    }

    /// Whoever ends a span must never wait for a collector.
    @Test func aCollectorThatIsAwayCostsOnlySpans() async throws {
        let port = try await HTTPTestServer.with { $0.port }
        let queue = SpanQueue(limit: 4, batchSize: 2)
        let bench = try await withExporter(to: "http://127.0.0.1:\(port)/v1/traces", queue: queue) { bench in
            try await until {
                bench.addSpans((0..<100).map(String.init))
                return bench.exported("unavailable") >= 2
            }
            #expect(bench.queue.count <= 4)
        }
        let processed = bench.metrics.counter("otel_sdk_processor_span_processed_total", help: "")
        #expect(processed.value(["error_type": "queue_full"]) >= 96)
        #expect(bench.exported() == 0)
    }

    /// One that takes the connection and says nothing would otherwise hold up the shutdown.
    @Test func aCollectorThatHangsDoesNotHoldUpTheEnd() async throws {
        let queue = SpanQueue()
        try await HTTPTestServer.with { router in
            router.post("/v1/traces", .test) { _ in
                try? await Task.sleep(for: .seconds(600))
                return .empty()
            }
        } _: { server in
            _ = try await withExporter(to: "http://127.0.0.1:\(server.port)/v1/traces", queue: queue) {
                $0.timeout = .seconds(600)
                $0.exportTimeout = .seconds(600)
                $0.flushTimeout = .milliseconds(50)
            } _: { bench in
                bench.addSpans(["a"])
                // It is being sent now; what comes behind it waits.
                try await until { queue.count == 0 }
                bench.addSpans(["b"])
            }
        }
        #expect(queue.count == 1)
    }
}
