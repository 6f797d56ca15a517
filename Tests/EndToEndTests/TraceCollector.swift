import HTTPServer
import JSON
import Lifecycle
import Locking
import TestKit

/// A collector of traces, as far as a test needs one: it keeps what the shop's processes send.
final class TraceCollector: Sendable {
    /// One span, with the process that sent it.
    struct Span: Sendable, CustomStringConvertible {
        let service: String
        let trace: String
        let id: String
        let parent: String?
        let name: String
        let kind: Int64
        let start: Int64
        let end: Int64
        let state: String?
        let attributes: [String: String]

        var description: String { "\(service) \(name)" }
    }

    private let kept = Mutex<[Span]>([])

    /// All spans so far.
    var spans: [Span] { kept.withLock { $0 } }

    /// Runs a collector, and lends it to `body` with the setting that names it.
    static func with<Value: Sendable>(
        _ body: @escaping @Sendable (TraceCollector, _ endpoint: String) async throws -> Value
    ) async throws -> Value {
        let collector = TraceCollector()
        var router = Router()
        router.post("/v1/traces", .test) { request in
            collector.take(try JSONValue(parsing: request.body))
            return .empty(200)
        }
        var settings = HTTPServerSettings()
        settings.maximumBodySize = 1 << 24
        let server = HTTPServer(host: "127.0.0.1", port: 0, router: router, settings: settings, logger: .silent)
        let port = try server.start()
        let shutdown = ShutdownSignal()
        async let serving: Void = server.run(until: shutdown)
        do {
            let value = try await body(collector, "http://127.0.0.1:\(port)")
            shutdown.trigger()
            try await serving
            return value
        } catch {
            shutdown.trigger()
            try? await serving
            throw error
        }
    }

    private func take(_ body: JSONValue) {
        for resource in body["resourceSpans"]?.arrayValue ?? [] {
            let service = values(of: resource["resource"])["service.name"] ?? ""
            for scope in resource["scopeSpans"]?.arrayValue ?? [] {
                let spans = (scope["spans"]?.arrayValue ?? []).map { span(from: $0, of: service) }
                kept.withLock { $0 += spans }
            }
        }
    }

    private func span(from json: JSONValue, of service: String) -> Span {
        func text(_ name: String) -> String? { json[name]?.stringValue }
        return Span(
            service: service, trace: text("traceId") ?? "", id: text("spanId") ?? "", parent: text("parentSpanId"),
            name: text("name") ?? "", kind: json["kind"]?.integerValue ?? 0,
            start: text("startTimeUnixNano").flatMap { Int64($0) } ?? 0,
            end: text("endTimeUnixNano").flatMap { Int64($0) } ?? 0, state: text("traceState"),
            attributes: values(of: json))
    }

    private func values(of json: JSONValue?) -> [String: String] {
        let pairs = (json?["attributes"]?.arrayValue ?? []).compactMap { attribute -> (String, String)? in
            let value = attribute["value"]?["stringValue"] ?? attribute["value"]?["intValue"]
            return attribute["key"]?.stringValue.map { ($0, value?.stringValue ?? "") }
        }
        return Dictionary(pairs) { $1 }
    }
}
