import DomainKit
import TestKit
import Testing

/// A customer sees and changes their own orders, and learns nothing of any other.
@Suite struct OwnershipTests {
    private func caller(_ role: String, _ subject: EntityID) -> [String: String] {
        ["Test-Caller": "\(role) \(subject)"]
    }

    @Test func anotherCustomersOrderIsAsIfItWereNotThere() async throws {
        try await OrderServer.with { server in
            let product = try await server.fixture.product()
            let owner = caller("customer", server.fixture.customer)
            let stranger = caller("customer", .v7())
            let placed = try await server.post("/api/orders", server.body([(product, 1)]), owner)
            #expect(placed.status == 201)
            let path = "/api/orders/\(placed.json["orderId"]?.stringValue ?? "")"
            let nothing = "/api/orders/\(EntityID.v7())"
            for (method, suffix) in [("GET", ""), ("GET", "/timeline"), ("POST", "/cancel")] {
                let another = try await server.client.send(method, path + suffix, headers: stranger)
                let unknown = try await server.client.send(method, nothing + suffix, headers: stranger)
                #expect(another.status == 404)
                #expect(another.json["title"] == unknown.json["title"])
                #expect(another.json["detail"] == unknown.json["detail"])
            }
            let seen = try await server.client.send("GET", path, headers: owner)
            let timeline = try await server.client.send("GET", path + "/timeline", headers: owner)
            #expect(seen.json["status"]?.stringValue == "Pending")
            #expect(timeline.status == 200)
            let cancelled = try await server.client.send("POST", path + "/cancel", headers: owner)
            #expect(cancelled.json["status"]?.stringValue == "Cancelled")
        }
    }

    @Test func aListHasTheCustomersOwnOrdersWhateverIsAskedFor() async throws {
        try await OrderServer.with { server in
            let product = try await server.fixture.product()
            let owner = caller("customer", server.fixture.customer)
            for _ in 0..<3 { _ = try await server.post("/api/orders", server.body([(product, 1)]), owner) }
            func count(_ query: String, _ headers: [String: String]) async throws -> Int? {
                try await server.client.send("GET", "/api/orders\(query)", headers: headers).json["items"]?.arrayValue?
                    .count
            }
            let stranger = caller("customer", .v7())
            let (own, others) = (try await count("", owner), try await count("", stranger))
            let asked = try await count("?customerId=\(server.fixture.customer)", stranger)
            #expect(own == 3)
            #expect(others == 0)
            #expect(asked == 0)
            for role in ["operator", "admin", "customer,operator"] {
                let all = try await count("", caller(role, .v7()))
                #expect(all == 3)
            }
        }
    }

    @Test func aCustomerOrdersForThemselvesAlone() async throws {
        try await OrderServer.with { server in
            let product = try await server.fixture.product()
            let body = server.body([(product, 1)])
            let refused = try await server.post("/api/orders", body, caller("customer", .v7()))
            let nameless = try await server.post("/api/orders", body, ["Test-Caller": "customer somebody"])
            let placed = try await server.post("/api/orders", body, caller("operator", .v7()))
            #expect(refused.status == 403)
            #expect(refused.faults == ["/customerId"])
            #expect(nameless.status == 403)
            #expect(placed.status == 201)
            let written = try await server.fixture.rowCounts()["orders"]
            #expect(written == 1)
        }
    }
}
