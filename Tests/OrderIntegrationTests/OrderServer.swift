import DomainKit
import HTTPServer
import JSON
import Lifecycle
import Messaging
import Observability
import OrderAPI
import OrderInfrastructure
import Postgres
import TestKit
import Testing

/// Order's HTTP interface, served for a test.
struct OrderServer: Sendable {
    let fixture: OrderFixture
    let client: HTTPClient
    let port: Int

    /// Serves over a fresh database while `body` runs.
    static func with(_ body: @Sendable (OrderServer) async throws -> Void) async throws {
        try await OrderFixture.with { try await with($0, body) }
    }

    /// Serves over the database of `fixture` while `body` runs: one process of however many there are.
    static func with(
        _ fixture: OrderFixture, _ body: @Sendable (OrderServer) async throws -> Void
    ) async throws {
        let pool = PostgresPool(fixture.database.settings())
        var router = Router()
        OrderRoutes(
            units: PostgresUnitOfWorkProvider(pool), orders: fixture.orders, queries: PostgresOrderQueries(pool),
            prices: fixture.prices, keys: fixture.keys
        ).add(to: &router)
        let server = HTTPServer(
            host: "127.0.0.1", port: 0, router: router, filters: [DescribedAnswers(), TestCallers()], logger: .silent)
        let port = try server.start()
        let shutdown = ShutdownSignal()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run(until: shutdown) }
            group.addTask { await pool.run(until: shutdown) }
            defer { shutdown.trigger() }
            try await body(OrderServer(fixture: fixture, client: HTTPClient(port: port), port: port))
        }
    }

    /// Sends every request from a client of its own, all at once. Answers come in the order of the requests.
    func placeAtOnce(_ requests: [(body: String, key: String?)]) async throws -> [HTTPAnswer] {
        try await withThrowingTaskGroup(of: (Int, HTTPAnswer).self) { group in
            for (index, request) in requests.enumerated() {
                group.addTask { [port] in
                    let headers = request.key.map { ["Idempotency-Key": $0] } ?? [:]
                    let client = HTTPClient(port: port)
                    return (index, try await client.send("POST", "/api/orders", headers: headers, json: request.body))
                }
            }
            var answers: [Int: HTTPAnswer] = [:]
            for try await (index, answer) in group { answers[index] = answer }
            return requests.indices.compactMap { answers[$0] }
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
