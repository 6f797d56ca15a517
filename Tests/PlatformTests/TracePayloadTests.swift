import JSON
import Testing

@testable import OTLP
@testable import Tracing

/// Against the JSON mapping of opentelemetry-proto: ids in hexadecimal, 64-bit integers as text, enumerations as numbers.
@Suite struct TracePayloadTests {
    private func json(_ spans: [SpanRecord]) throws -> JSONValue {
        try JSONValue(parsing: TracePayload(resource: [("service.name", "order-api")], spans: spans).jsonBytes)
    }

    private let context = TraceContext(
        high: 0x0AF7_6519_16CD_43DD, low: 0x8448_EB21_1C80_319C, span: 0xB7AD_6B71_6920_3331, isSampled: true,
        tracestate: "a=1")

    private func record(parent: TraceContext? = nil, links: [TraceContext] = [], failure: String? = nil) -> SpanRecord {
        var record = SpanRecord(
            context: context, parent: parent, hasRemoteParent: true, name: "POST /api/orders", kind: .server,
            startNanoseconds: 1_700_000_000_123_456_789,
            attributes: [
                SpanAttribute("http.request.method", .string("PO\"ST")),
                SpanAttribute("http.response.status_code", .integer(201)),
            ], links: links)
        record.endNanoseconds = 1_700_000_001_000_000_000
        record.failure = failure
        return record
    }

    @Test func aSpanIsWrittenAsTheProtocolSays() throws {
        let payload = try json([record()])
        let resource = payload["resourceSpans"]?.arrayValue?.first
        #expect(payload["resourceSpans"]?.arrayValue?.count == 1)
        #expect(
            resource?["resource"]?["attributes"]
                == .array([
                    try JSONValue(parsing: Array(#"{"key":"service.name","value":{"stringValue":"order-api"}}"#.utf8))
                ]))
        let scope = resource?["scopeSpans"]?.arrayValue?.first
        #expect(scope?["scope"]?["name"] == .string("tradewind"))
        let span = try #require(scope?["spans"]?.arrayValue?.first)
        let expected = """
            {"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","traceState":"a=1","flags":257,
             "name":"POST /api/orders","kind":2,"startTimeUnixNano":"1700000000123456789",
             "endTimeUnixNano":"1700000001000000000",
             "attributes":[{"key":"http.request.method","value":{"stringValue":"PO\\"ST"}},
                           {"key":"http.response.status_code","value":{"intValue":"201"}}]}
            """
        #expect(span == (try JSONValue(parsing: Array(expected.utf8))))
    }

    @Test func parentsLinksAndFailuresAreWrittenWhereThereAre() throws {
        let other = TraceContext(high: 0, low: 1, span: 2, isSampled: true)
        let payload = try json([record(parent: other, links: [other], failure: "gone")])
        let spans = payload["resourceSpans"]?.arrayValue?.first?["scopeSpans"]?.arrayValue?.first?["spans"]
        let span = try #require(spans?.arrayValue?.first)
        #expect(span["parentSpanId"] == .string("0000000000000002"))
        #expect(span["flags"] == .integer(0x301))
        let link = #"[{"traceId":"00000000000000000000000000000001","spanId":"0000000000000002"}]"#
        #expect(span["links"] == (try JSONValue(parsing: Array(link.utf8))))
        #expect(span["status"] == (try JSONValue(parsing: Array(#"{"code":2,"message":"gone"}"#.utf8))))
    }

    @Test func kindsHaveTheProtocolsNumbers() {
        #expect([SpanKind.internal, .server, .client, .producer, .consumer].map(\.rawValue) == [1, 2, 3, 4, 5])
    }
}
