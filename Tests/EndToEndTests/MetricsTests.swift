import DomainKit
import Foundation
import TestKit
import Testing

/// What the real processes tell at `/metrics`, and what is built upon it.
@Suite(.serialized, .timeLimit(.minutes(5))) struct MetricsTests {
    /// Series that say something after one order, whoever asks.
    static let telling = [
        #"http_server_request_duration_seconds_count{http_route="/api/orders",http_response_status_code="201"}"#,
        #"db_client_operation_duration_seconds_count{db_operation_name="COMMIT",service="order-api"} > 0"#,
        #"db_client_connections{service="stock-worker"}"#,
        #"outbox_published_total{service="order-worker"} >= 2"#,
        #"outbox_oldest_unpublished_age_seconds{service="order-api"}"#,
        #"outbox_unpublished_messages{service="order-worker"}"#,
        #"consumer_messages_total{queue="stock.order-created",outcome="handled"} == 1"#,
        #"consumer_critical_time_seconds_count{queue="notification.order-confirmed"} == 1"#,
        #"orders_total{outcome="placed",service="order-api"} == 1"#,
        #"orders_total{outcome="confirmed",service="order-worker"} == 1"#,
        #"order_saga_duration_seconds_sum{outcome="confirmed"} > 0"#,
        "process_resident_memory_bytes > 1e6", "process_cpu_seconds_total > 0", "tradewind_build_info",
    ]

    @Test func aPrometheusReadsAllSixProcessesAndKnowsWhatOneOrderDid() async throws {
        try await Shop.with { shop in
            let product = try await shop.addProduct(stock: 1)
            let id = try await shop.placeOrder([(product, 1)])
            _ = try await shop.order(id, becomes: "Confirmed")
            let addresses = shop.addresses
            #expect(Set(addresses.map(\.name)) == Set(ExecutableTests.servers))
            try await TestPrometheus.with(addresses) { prometheus in
                _ = try await eventually("six targets are up") {
                    try await prometheus.query(#"up{job="tradewind"} == 1"#).count == 6 ? true : nil
                }
                for expression in Self.telling {
                    _ = try await eventually("\(expression) says something") {
                        try await prometheus.query(expression).isEmpty ? nil : true
                    }
                }
            }
        }
    }

    @Test func whatIsToldIsWellFormedAndWrittenDownAndAllThatAlertsAndDashboardAskForIsThere() async throws {
        try await Shop.with { shop in
            let product = try await shop.addProduct(stock: 1)
            let id = try await shop.placeOrder([(product, 1)])
            _ = try await shop.order(id, becomes: "Confirmed")
            // The first look at the outbox, the dead letters and the orders that stall needs a moment.
            let names = try await eventually("every part has told something") {
                let all = try await shop.expositions()
                let names = all.reduce(into: Set<String>()) { $0.formUnion($1.names) }
                let hasLooked = all.filter { $0.process.hasSuffix("-worker") }.allSatisfy {
                    $0.value("outbox_unpublished_messages") != nil
                }
                return hasLooked ? names : nil
            }
            for exposition in try await shop.expositions() {
                let checked = try await run("promtool", ["check", "metrics"], input: exposition.text)
                #expect(checked.code == 0, "\(exposition.process): \(checked.output)")
            }
            let written = try Self.tableOfMetrics()
            #expect(names.subtracting(written).sorted() == [], "these are not in docs/observability.md")
            #expect(written.subtracting(names).sorted() == [], "these are in docs/observability.md only")

            let known = names.union(try await Self.brokersMetrics()).union(["up"])
            for file in ["alerts.yml", "dashboard.json"] {
                let asked = try Self.metricsAsked(in: "compose/observability/\(file)")
                #expect(asked.count > 10)
                #expect(
                    asked.subtracting(known).sorted() == [], "these are asked for in \(file), and nobody tells them")
            }
        }
    }

    @Test func everyAlertIsInTheDocumentWithWhatToDo() throws {
        let document = try Shop.contents(of: "docs/observability.md")
        let alerts = try Shop.contents(of: "compose/observability/alerts.yml").matches(of: #/alert: (\w+)/#)
        #expect(alerts.count > 10)
        for alert in alerts { #expect(document.contains("| `\(alert.1)` |"), "\(alert.1) is missing") }
    }

    /// The first column of the document's table.
    private static func tableOfMetrics() throws -> Set<String> {
        let lines = try Shop.contents(of: "docs/observability.md").split(separator: "\n")
        return Set(
            lines.compactMap { line in
                // A row of the table of metrics has its kind in the second column.
                line.firstMatch(of: #/^\| `(\w+)` \| (?:counter|gauge|histogram) \|/#).map { String($0.1) }
            })
    }

    /// What RabbitMQ's plugin tells.
    private static func brokersMetrics() async throws -> Set<String> {
        guard let url = ProcessInfo.processInfo.environment["TEST_RABBITMQ_METRICS_URL"] else {
            throw Shop.Failure(description: "TEST_RABBITMQ_METRICS_URL is not set: run the tests with profiles/test")
        }
        let answer = try await HTTPClient(url).send("GET", "/metrics/per-object")
        return Shop.Exposition(process: "rabbitmq", text: answer.text).names
    }

    /// The metrics that the PromQL in a file asks for, histograms by the name of the family.
    private static func metricsAsked(in file: String) throws -> Set<String> {
        var text = try Shop.contents(of: file)
        if file.hasSuffix(".yml") {
            // Each expression, up to the key that follows it.
            text = text.matches(of: #/(?s)expr: (?:>-\s+)?(.*?)\n\s+for:/#).map { String($0.1) }.joined(separator: "\n")
        } else {
            text = text.matches(of: #/"expr": "((?:[^"\\]|\\.)*)"/#).map { String($0.1) }.joined(separator: "\n")
                .replacing(#"\""#, with: "\"")
        }
        text = text.replacing(#/"[^"]*"/#, with: "").replacing(#/\{[^}]*\}/#, with: " ").replacing(
            #/\[[^\]]*\]/#, with: "")
        text = text.replacing(#/\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/#, with: " ")
        let words = text.matches(of: #/\b([a-z_][a-z0-9_]*)\b(\s*\()?/#).filter { $0.2 == nil }.map { String($0.1) }
        return Set(
            words.filter { !["and", "or", "unless", "bool", "offset"].contains($0) }
                .map { $0.replacing(#/_(?:bucket|sum|count)$/#, with: "") })
    }
}
