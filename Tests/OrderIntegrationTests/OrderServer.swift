import DomainKit
import HTTPServer
import JSON
import Lifecycle
import Observability
import OrderAPI
import TestKit
import Testing

/// Order's HTTP interface, served for a test.
struct OrderServer: Sendable {
    let fixture: OrderFixture
    let client: HTTPClient
    let port: Int

    /// Serves over a fresh database while `body` runs.
    static func with(_ body: @Sendable (OrderServer) async throws -> Void) async throws {
        try await OrderFixture.with { fixture in
            var router = Router()
            OrderRoutes(
                units: fixture.units, orders: fixture.orders, queries: fixture.queries, prices: fixture.prices,
                keys: fixture.keys
            ).add(to: &router)
            let server = HTTPServer(host: "127.0.0.1", port: 0, router: router, logger: .silent)
            let port = try server.start()
            let shutdown = ShutdownSignal()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await server.run(until: shutdown) }
                defer { shutdown.trigger() }
                try await body(OrderServer(fixture: fixture, client: HTTPClient(port: port), port: port))
            }
        }
    }

    func get(_ path: String) async throws -> HTTPAnswer { try await client.send("GET", path) }

    func post(_ path: String, _ json: String, _ headers: [String: String] = [:]) async throws -> HTTPAnswer {
        try await client.send("POST", path, headers: headers, json: json)
    }

    /// The body of a request for an order.
    func body(_ items: [(EntityID, Int)], more: String = "") -> String {
        let items = items.map { #"{"productId":"\#($0)","quantity":\#($1)}"# }.joined(separator: ",")
        return #"{"customerId":"\#(fixture.customer)","items":[\#(items)]\#(more)}"#
    }
}

extension HTTPAnswer {
    /// The pointers, parameters or headers that a problem document names.
    var faults: [String] {
        (json["errors"]?.arrayValue ?? []).compactMap {
            ($0["pointer"] ?? $0["parameter"] ?? $0["header"])?.stringValue
        }
    }
}
