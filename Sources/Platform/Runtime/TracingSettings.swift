import DomainKit
import Encodings
import Glibc
import HTTPServer
import Lifecycle
import OTLP
import Observability
import Tracing

/// Whether and where a process sends traces, by OpenTelemetry's environment variables.
struct TracingSettings: Sendable {
    let sampler: Sampler
    let queueSize: Int
    let batchSize: Int
    /// Nil where nothing is exported.
    let exporter: TraceExporterSettings?

    /// Reads `OTEL_…`; what is wrong is noted in `environment`.
    /// - Parameter service: the executable's name, which is the `service.name` unless that is set.
    init(_ environment: Environment, service: String) {
        let isDisabled = environment.boolean(
            "OTEL_SDK_DISABLED", default: false, "whether tracing is off whatever else is set")
        let endpoint = environment.url("OTEL_EXPORTER_OTLP_ENDPOINT", "a collector; /v1/traces is added")
        let tracesEndpoint = environment.url(
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "the whole URL that traces are sent to, in place of the one above")
        let url = tracesEndpoint ?? endpoint.map { ($0.hasSuffix("/") ? String($0.dropLast()) : $0) + "/v1/traces" }
        let kind = environment.value(
            "OTEL_TRACES_EXPORTER", default: url == nil ? "none" : "otlp",
            "where traces go: otlp, or none, which it is unless an endpoint is set", expected: "must be otlp or none",
            read: { ["otlp", "none"].contains($0) ? $0 : nil })
        _ = environment.value(
            "OTEL_EXPORTER_OTLP_PROTOCOL", default: "http/json", "how they are sent; there is one way",
            expected: "must be http/json", read: { $0 == "http/json" ? $0 : nil })
        let headers = environment.optionalSecret(
            "OTEL_EXPORTER_OTLP_HEADERS", "headers to send along, as name=value,name=value, values percent-encoded")
        let pairs = headers.map { keyValues($0) } ?? []
        if pairs == nil { environment.fault("OTEL_EXPORTER_OTLP_HEADERS", "must be name=value,name=value") }
        let timeout = environment.milliseconds(
            "OTEL_EXPORTER_OTLP_TIMEOUT", default: 10_000, "how long one request may take")
        let certificates = environment.string(
            "OTEL_EXPORTER_OTLP_CERTIFICATE", default: "",
            "a PEM file of the certificates to trust in place of the system's")
        let resource = TracingSettings.resource(environment, service: service)
        sampler = TracingSettings.sampler(environment)
        queueSize = environment.integer(
            "OTEL_BSP_MAX_QUEUE_SIZE", default: 2_048, in: 1...1_000_000,
            "how many spans wait at most; more are dropped")
        batchSize = environment.integer(
            "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", default: min(512, queueSize), in: 1...1_000_000,
            "how many spans are sent at once at most")
        if batchSize > queueSize {
            environment.fault("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "must not be larger than OTEL_BSP_MAX_QUEUE_SIZE")
        }
        var settings = TraceExporterSettings(url: url ?? "http://localhost:4318/v1/traces", resource: resource)
        settings.headers = pairs ?? []
        settings.timeout = timeout
        settings.certificates = certificates.isEmpty ? nil : certificates
        settings.scheduleDelay = environment.milliseconds(
            "OTEL_BSP_SCHEDULE_DELAY", default: 5_000, "how long a span waits before it is sent")
        settings.exportTimeout = environment.milliseconds(
            "OTEL_BSP_EXPORT_TIMEOUT", default: 30_000, "how long a batch is tried")
        exporter = kind == "otlp" && !isDisabled ? settings : nil
    }

    /// Lets the process's tracer record, where anything is exported.
    /// - Returns: what must run for it.
    func begin(logger: Logger) -> [any Service] {
        guard let exporter else { return [] }
        let queue = SpanQueue(limit: queueSize, batchSize: batchSize)
        Tracer.shared.record(sampler, into: queue)
        return [TraceExporter(exporter, from: queue, logger: logger)]
    }

    private static func sampler(_ environment: Environment) -> Sampler {
        let ratio = environment.value(
            "OTEL_TRACES_SAMPLER_ARG", default: 1.0, "which part of all traces traceidratio records, from 0 to 1",
            expected: "must be a number from 0 to 1",
            read: { text in Double(text).flatMap { (0...1).contains($0) ? $0 : nil } })
        let name = environment.value(
            "OTEL_TRACES_SAMPLER", default: "parentbased_always_on",
            "which traces are recorded: always_on, always_off, traceidratio; with parentbased_ before it only those that begin here",
            expected: "must be always_on, always_off or traceidratio, or one of them with parentbased_ before it",
            read: { Sampler($0, ratio: 1) == nil ? nil : $0 })
        return Sampler(name, ratio: ratio) ?? .parentBasedAlwaysOn
    }

    /// What is said about the process: its name by `OTEL_SERVICE_NAME`, by `service.name` of the attributes, or by the
    /// executable, in this order.
    private static func resource(_ environment: Environment, service: String) -> [(name: String, value: String)] {
        let text = environment.string(
            "OTEL_RESOURCE_ATTRIBUTES", default: "", "what is said about the process, as key=value,key=value")
        var attributes = keyValues(text)
        if attributes == nil { environment.fault("OTEL_RESOURCE_ATTRIBUTES", "must be key=value,key=value") }
        let named = attributes?.last { $0.name == "service.name" }?.value
        let name = environment.string(
            "OTEL_SERVICE_NAME", default: named ?? service, "what the process is called in traces")
        attributes?.removeAll { $0.name == "service.name" }
        let own = [
            ("service.name", name), ("service.namespace", "tradewind"),
            ("service.instance.id", EntityID.v7().description),
            ("process.pid", String(getpid())), ("telemetry.sdk.name", "tradewind"), ("telemetry.sdk.language", "swift"),
        ]
        let given = Set((attributes ?? []).map(\.name))
        return own.filter { !given.contains($0.0) }.map { (name: $0.0, value: $0.1) } + (attributes ?? [])
    }
}

extension Environment {
    fileprivate func milliseconds(_ name: String, default fallback: Int, _ meaning: String) -> Duration {
        .milliseconds(integer(name, default: fallback, in: 1...3_600_000, "\(meaning), in milliseconds"))
    }

    /// A URL of `http` or `https`; nil where there is none.
    fileprivate func url(_ name: String, _ meaning: String) -> String? {
        let schemes = ["http://", "https://"]
        let text = value(
            name, default: "", meaning, expected: "must be a URL with http:// or https://",
            read: { text in schemes.contains { text.hasPrefix($0) && text != $0 } ? text : nil })
        return text.isEmpty ? nil : text
    }
}

/// Pairs as W3C's Baggage writes them: `key=value,key=value`, percent-encoded. Nil where the text is anything else.
func keyValues(_ text: String) -> [(name: String, value: String)]? {
    var pairs: [(name: String, value: String)] = []
    for part in text.split(separator: ",") {
        let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(trimmed)
        guard sides.count == 2, !sides[0].isEmpty, let name = percentDecoded(sides[0].utf8),
            let value = percentDecoded(sides[1].utf8)
        else { return nil }
        pairs.append((name: name, value: value))
    }
    return pairs
}

private func trimmed(_ text: Substring) -> Substring {
    var text = text.drop(while: \.isWhitespace)
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return text
}
