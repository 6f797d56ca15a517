import DomainKit
import JSON
import TestKit
import Testing

@Suite struct RouteTests {
    @Test func anOrderIsPlacedShownCancelledAndTold() async throws {
        try await OrderServer.with { server in
            let product = try await server.fixture.product("19.99")
            let more = #","contact":{"email":"ada@example.com"},"shippingAddress":null,"unitPrice":"0.01""#
            let placed = try await server.post("/api/orders", server.body([(product, 2)], more: more))
            #expect(placed.status == 201)
            let id = try #require(placed.json["orderId"]?.stringValue)
            #expect(placed.header("Location") == "/api/orders/\(id)")
            #expect(placed.json["status"] == .string("Pending"))
            #expect(placed.json["totalAmount"] == .object(["amount": .string("39.98"), "currency": .string("USD")]))

            let shown = try await server.get("/api/orders/\(id)")
            #expect(shown.status == 200)
            #expect(shown.json["cancellationReason"] == .null)
            #expect(shown.json["orderDate"] == placed.json["orderDate"])
            #expect(shown.json["contact"]?["email"] == .string("ada@example.com"))
            let line = try #require(shown.json["items"]?.arrayValue?.first)
            #expect(line["productId"] == .string(product.description))
            #expect(line["sku"] == .string("SKU") && line["name"] == .string("Sencha"))
            #expect(line["quantity"] == .integer(2))
            #expect(line["unitPrice"]?["amount"] == .string("19.99"))
            #expect(line["lineTotal"]?["amount"] == .string("39.98"))

            let cancelled = try await server.post("/api/orders/\(id)/cancel", #"{"reason":"too late"}"#)
            #expect(cancelled.status == 200)
            #expect(cancelled.json["status"] == .string("Cancelled"))
            #expect(cancelled.json["cancellationReason"] == .string("too late"))
            #expect(try await server.client.send("POST", "/api/orders/\(id)/cancel").status == 409)

            let timeline = try await server.get("/api/orders/\(id)/timeline")
            let steps = timeline.json["items"]?.arrayValue ?? []
            #expect(steps.map { $0["step"] } == [.string("Pending"), .string("Cancelled")])
            #expect(steps.last?["detail"] == .string("too late"))
        }
    }

    @Test func cancellingNeedsNoBody() async throws {
        try await OrderServer.with { server in
            let id = try await server.fixture.order()
            let answer = try await server.client.send("POST", "/api/orders/\(id)/cancel")
            #expect(answer.status == 200)
            #expect(answer.json["cancellationReason"] == .string("cancelled by the customer"))
        }
    }

    @Test func theListGoesOnWhereItsCursorSays() async throws {
        try await OrderServer.with { server in
            var ids: [EntityID] = []
            for _ in 0..<3 { ids.append(try await server.fixture.order()) }
            let first = try await server.get("/api/orders?limit=2&customerId=\(server.fixture.customer)")
            let cursor = try #require(first.json["nextCursor"]?.stringValue)
            let second = try await server.get("/api/orders?limit=2&cursor=\(cursor)")
            #expect(second.json["nextCursor"] == .null)
            let found = [first, second].flatMap { $0.json["items"]?.arrayValue ?? [] }.map { $0["orderId"] }
            #expect(found == ids.sorted(by: >).map { .string($0.description) })
        }
    }

    @Test func aBadQueryIsRefusedByName() async throws {
        try await OrderServer.with { server in
            let queries = [
                "customerId=me": "customerId", "status=pending": "status", "limit=0": "limit", "limit=x": "limit",
                "stalled=yes": "stalled", "cursor=nonsense": "cursor", "status=Pending&status=Confirmed": "status",
            ]
            for (query, name) in queries {
                let answer = try await server.get("/api/orders?\(query)")
                #expect(answer.status == 400, "\(query)")
                #expect(answer.faults == [name], "\(query)")
            }
        }
    }

    @Test func whatIsNotThereIsNotFound() async throws {
        try await OrderServer.with { server in
            for path in ["\(EntityID.v7())", "\(EntityID.v7())/timeline", "no-uuid"] {
                #expect(try await server.get("/api/orders/\(path)").status == 404)
            }
            #expect(try await server.client.send("POST", "/api/orders/\(EntityID.v7())/cancel").status == 404)
            let wrongMethod = try await server.client.send("DELETE", "/api/orders")
            #expect(wrongMethod.status == 405)
            #expect(wrongMethod.header("Allow") == "GET, HEAD, POST, OPTIONS")
        }
    }

    @Test func anOrderIsCancelledOnlyFromWhatTheClientSaw() async throws {
        try await OrderServer.with { server in
            let id = try await server.fixture.order()
            let seen = try await server.get("/api/orders/\(id)")
            let tag = ["If-Match": try #require(seen.header("ETag"))]
            #expect(
                try await server.client.send(
                    "GET", "/api/orders/\(id)", headers: ["If-None-Match": tag["If-Match"] ?? ""]
                )
                .status == 304)
            try await server.fixture.confirm([id])
            #expect(try await server.post("/api/orders/\(id)/cancel", "{}", tag).status == 412)
            let now = try await server.get("/api/orders/\(id)")
            #expect(now.json["status"] == .string("Confirmed") && now.header("ETag") != seen.header("ETag"))
            let current = ["If-Match": try #require(now.header("ETag"))]
            #expect(try await server.post("/api/orders/\(id)/cancel", "{}", current).status == 200)
        }
    }

    /// Two processes, each with connections of its own: the second waits for the row of the first.
    @Test func aCancellationWithAKeyHappensOnceThoughTwoAPIsGetItAtOnce() async throws {
        try await OrderServer.with { first in
            try await OrderServer.with(first.fixture) { second in
                for attempt in 0..<5 {
                    let id = try await first.fixture.order()
                    let path = "/api/orders/\(id)/cancel"
                    let key = ["Idempotency-Key": "cancel-\(attempt)"]
                    async let left = first.post(path, #"{"reason":"changed my mind"}"#, key)
                    async let right = second.post(path, #"{"reason":"changed my mind"}"#, key)
                    let (one, other) = try await (left, right)
                    #expect(one.status == 200 && other.status == 200 && one.body == other.body)
                    #expect([one, other].count { $0.header("Idempotent-Replayed") == "true" } == 1)
                    #expect(try await first.post(path, #"{"reason":"another"}"#, key).status == 422)
                    #expect(try await first.post(path, #"{"reason":"changed my mind"}"#).status == 409)
                    #expect(try await first.fixture.published(about: id) == ["OrderCreated", "OrderCancelled"])
                }
            }
        }
    }

    @Test func aKeyIsHonouredOverHTTP() async throws {
        try await OrderServer.with { server in
            let product = try await server.fixture.product()
            let key = ["Idempotency-Key": "order-1"]
            let first = try await server.post("/api/orders", server.body([(product, 1)]), key)
            let again = try await server.post("/api/orders", server.body([(product, 1)], more: #", "x": 1"#), key)
            #expect(again.status == 201)
            #expect(again.body == first.body)
            #expect(again.header("Location") == first.header("Location"))
            #expect(again.header("Idempotent-Replayed") == "true" && first.header("Idempotent-Replayed") == nil)
            let other = try await server.post("/api/orders", server.body([(product, 2)]), key)
            #expect(other.status == 422)
            #expect(other.json["type"] == .string("/problems/idempotency-key-reused"))
            for bad in [String(repeating: "k", count: 256), "a b", "\"open"] {
                let answer = try await server.post(
                    "/api/orders", server.body([(product, 1)]), ["Idempotency-Key": bad])
                #expect(answer.status == 400)
                #expect(answer.faults == ["Idempotency-Key"])
            }
        }
    }
}
