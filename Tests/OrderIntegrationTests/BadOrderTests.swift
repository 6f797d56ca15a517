import DomainKit
import JSON
import TestKit
import Testing

/// Every bad input of an order, over HTTP: a problem document that names what is wrong, and nothing changed.
@Suite struct BadOrderTests {
    @Test func aBadBodyIsToldByPointerAndChangesNothing() async throws {
        try await OrderServer.with { server in
            let product = try await server.fixture.product()
            let euros = try await server.fixture.product("1", "EUR")
            let dear = try await server.fixture.product("92233720368547758.07")
            let many = (0..<101).map { _ in (EntityID.v7(), 1) }
            let cases: [(body: String, status: Int, faults: [String])] = [
                ("{", 400, []), ("", 400, []), ("{\"customerId\":\"\u{FFFD}", 400, []),
                (String(repeating: "[", count: 5_000), 400, []),
                ("[]", 422, [""]), ("{}", 422, ["/customerId", "/items"]),
                (server.body([]), 422, ["/items"]), (server.body(many), 422, ["/items"]),
                (server.body([(product, 0)]), 422, ["/items/0/quantity"]),
                (server.body([(product, -1)]), 422, ["/items/0/quantity"]),
                (server.body([(product, 10_001)]), 422, ["/items/0/quantity"]),
                (server.body([(product, 1), (product, 1)]), 422, ["/items/1/productId"]),
                (server.body([(product, 1), (.v7(), 1)]), 422, ["/items/1/productId"]),
                (server.body([(product, 1), (euros, 1)]), 422, ["/items/1/productId"]),
                (server.body([(dear, 2)]), 422, ["/items/0/quantity"]),
                (server.body([(dear, 1), (product, 1)]), 422, ["/items"]),
                (server.body([(product, 1)], more: #","contact":{"email":"ada"}"#), 422, ["/contact/email"]),
            ]
            for (body, status, faults) in cases {
                let answer = try await server.post("/api/orders", body)
                #expect(answer.status == status, "\(body.prefix(80))")
                #expect(answer.faults == faults, "\(body.prefix(80))")
                #expect(answer.header("Content-Type") == "application/problem+json")
            }
            #expect(try await server.fixture.rowCounts().values.allSatisfy { $0 == 0 })
        }
    }

    @Test func invalidUTF8IsMalformed() async throws {
        try await OrderServer.with { server in
            let body = Array(#"{"customerId":""#.utf8) + [0xC3, 0x28] + Array(#""}"#.utf8)
            let answer = try await server.client.send("POST", "/api/orders", body: body)
            #expect(answer.status == 400)
        }
    }

    @Test func anotherContentTypeIsNotTaken() async throws {
        try await OrderServer.with { server in
            let answer = try await server.post("/api/orders", "{}", ["Content-Type": "text/plain"])
            #expect(answer.status == 415)
        }
    }

    @Test func aBodyBeyondTheLimitIsTooLarge() async throws {
        try await OrderServer.with { server in
            let answer = try await server.post("/api/orders", String(repeating: " ", count: (1 << 20) + 1))
            #expect(answer.status == 413)
        }
    }
}
