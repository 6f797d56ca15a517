import DomainKit
import TestKit
import Testing

/// One order's trace through the real executables.
@Suite(.serialized, .timeLimit(.minutes(5))) struct TraceTests {
    private typealias Span = TraceCollector.Span
    private static let client = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    private static let state = "vendor=kept"

    private func settings(_ endpoint: String) -> [String: String] {
        ["OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_BSP_SCHEDULE_DELAY": "50"]
    }

    /// The names from the first span of the trace down to this one, those within a transaction left out.
    private func path(to span: Span, in all: [String: Span]) -> [String] {
        (span.parent.flatMap { all[$0] }.map { path(to: $0, in: all) } ?? []) + [span.description]
    }

    @Test func oneOrderIsOneTraceThroughAllServices() async throws {
        try await TraceCollector.with { collector, endpoint in
            try await Shop.with(settings: settings(endpoint)) { shop in
                let product = try await shop.addProduct(stock: 3)
                let answer = try await shop.send(
                    "POST", "/api/orders", to: .order, body: Shop.orderBody([(product, 2)]),
                    headers: ["Traceparent": Self.client, "Tracestate": Self.state])
                #expect(answer.status == 201)
                let id = try #require(answer.body["orderId"]?.stringValue.flatMap { EntityID($0) })
                _ = try await shop.order(id, becomes: "Confirmed")
                let spans = try await eventually("the last message of the saga is published and told of") {
                    let spans = collector.spans.filter { $0.trace == "0af7651916cd43dd8448eb211c80319c" }
                    let ids = Set(spans.map(\.id)).union(["b7ad6b7169203331"])
                    let isWhole = spans.allSatisfy { $0.parent.map(ids.contains) ?? false }
                    return isWhole && spans.contains { $0.name.hasSuffix("notification.sent") } ? spans : nil
                }
                let all = Dictionary(spans.map { ($0.id, $0) }) { first, _ in first }
                #expect(all.count == spans.count)
                #expect(
                    Set(spans.map(\.service)) == ["order-api", "order-worker", "stock-worker", "notification-worker"])
                for span in spans {
                    #expect(span.state == Self.state && span.start > 0 && span.start <= span.end, "\(span)")
                }
                let last = try #require(spans.first { $0.name.hasSuffix("notification.sent") })
                #expect(
                    path(to: last, in: all) == [
                        "order-api POST /api/orders",
                        "order-worker publish tradewind.events:order.created",
                        "stock-worker process stock.order-created",
                        "stock-worker publish tradewind.events:stock.process-completed",
                        "order-worker process order.stock-process-completed",
                        "order-worker publish tradewind.events:order.confirmed",
                        "notification-worker process notification.order-confirmed",
                        "notification-worker publish tradewind.events:notification.sent",
                    ])
                for process in spans where process.name.hasPrefix("process ") {
                    #expect(process.kind == 5 && all[process.parent ?? ""]?.kind == 4)
                    let within = spans.filter { $0.parent == process.id && $0.name == "transaction" }
                    #expect(within.count == 1)
                    let statements = spans.filter { $0.parent == within.first?.id }
                    let names = statements.map(\.name)
                    #expect(names.first?.hasPrefix("INSERT processed_messages") == true, "\(names)")
                    #expect(names.contains("COMMIT"))
                    for statement in statements {
                        #expect(statement.kind == 3 && statement.attributes["db.system.name"] == "postgresql")
                    }
                }
                let request = try #require(spans.first { $0.kind == 2 })
                #expect(request.attributes["http.route"] == "/api/orders")
                #expect(request.attributes["http.response.status_code"] == "201")
                #expect(request.parent == "b7ad6b7169203331")
            }
        }
    }

    /// Whoever decided not to record a trace has decided for all.
    @Test func anOrderThatIsNotSampledLeavesNoSpan() async throws {
        try await TraceCollector.with { collector, endpoint in
            try await Shop.with(settings: settings(endpoint)) { shop in
                let product = try await shop.addProduct(stock: 3)
                let headers = ["Traceparent": String(Self.client.dropLast(2)) + "00"]
                for _ in 0..<2 {
                    let answer = try await shop.send(
                        "POST", "/api/orders", to: .order, body: Shop.orderBody([(product, 1)]), headers: headers)
                    let id = try #require(answer.body["orderId"]?.stringValue.flatMap { EntityID($0) })
                    _ = try await shop.order(id, becomes: "Confirmed")
                }
                // What came before has been sent when what came after has.
                _ = try await eventually("a later request is recorded") {
                    _ = try await shop.send("GET", "/api/orders", to: .order)
                    return collector.spans.contains { $0.name == "GET /api/orders" } ? true : nil
                }
                let unwanted = collector.spans.filter { span in
                    span.trace == "0af7651916cd43dd8448eb211c80319c" || span.name.contains("/health")
                }
                #expect(unwanted.isEmpty)
            }
        }
    }
}
