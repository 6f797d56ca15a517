import JSON
import Tracing

/// Spans as OTLP sends them: `ExportTraceServiceRequest` in its JSON encoding (opentelemetry-proto 1.x). Ids are
/// hexadecimal, enumerations numbers, 64-bit integers strings.
struct TracePayload: JSONEncodable {
    let resource: [(name: String, value: String)]
    let spans: [SpanRecord]

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("resourceSpans", [ResourceSpans(payload: self)])
        }
    }
}

private struct ResourceSpans: JSONEncodable {
    let payload: TracePayload

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("resource") { json in
                json.object { json in
                    json.field("attributes", payload.resource.map { Attribute($0.name, .string($0.value)) })
                }
            }
            json.field("scopeSpans", [ScopeSpans(spans: payload.spans)])
        }
    }
}

private struct ScopeSpans: JSONEncodable {
    let spans: [SpanRecord]

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("scope") { json in json.object { json in json.field("name", "tradewind") } }
            json.field("spans", spans.map(SpanBody.init))
        }
    }
}

private struct Attribute: JSONEncodable {
    let name: String
    let value: SpanAttribute.Value

    init(_ name: String, _ value: SpanAttribute.Value) {
        self.name = name
        self.value = value
    }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("key", name)
            json.field("value") { json in
                json.object { json in
                    switch value {
                    case .string(let text): json.field("stringValue", text)
                    case .integer(let number): json.field("intValue", String(number))
                    }
                }
            }
        }
    }
}

private struct Link: JSONEncodable {
    let context: TraceContext

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("traceId", context.traceID)
            json.field("spanId", context.spanID)
            json.field("traceState", ifPresent: context.tracestate)
        }
    }
}

private struct SpanBody: JSONEncodable {
    /// Bits of `SpanFlags`: recorded; whether the parent is remote is known; it is.
    private static let sampled = 0x001
    private static let knowsParent = 0x100
    private static let hasRemote = 0x200
    private static let statusError = 2

    let span: SpanRecord

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("traceId", span.context.traceID)
            json.field("spanId", span.context.spanID)
            json.field("traceState", ifPresent: span.context.tracestate)
            json.field("parentSpanId", ifPresent: span.parent?.spanID)
            let isRemote = span.parent != nil && span.hasRemoteParent
            json.field("flags", SpanBody.sampled | SpanBody.knowsParent | (isRemote ? SpanBody.hasRemote : 0))
            json.field("name", span.name)
            json.field("kind", span.kind.rawValue)
            json.field("startTimeUnixNano", String(span.startNanoseconds))
            json.field("endTimeUnixNano", String(span.endNanoseconds))
            json.field("attributes", span.attributes.map { Attribute($0.name, $0.value) })
            if !span.links.isEmpty { json.field("links", span.links.map(Link.init)) }
            guard let failure = span.failure else { return }
            json.field("status") { json in
                json.object { json in
                    json.field("code", SpanBody.statusError)
                    if !failure.isEmpty { json.field("message", failure) }
                }
            }
        }
    }
}
