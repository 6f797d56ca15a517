import DomainKit
import JSON
import Messaging
import StockAPI
import TestKit
import Testing

@testable import HTTPServer

/// The routes as a client sees them, without the sockets in between.
@Suite struct RouteTests {
    private struct API: Sendable {
        let stock: StockFixture
        private let router: Router

        init(_ stock: StockFixture) {
            self.stock = stock
            var router = Router()
            ProductRoutes(stock.units, products: stock.products, catalog: stock.catalog).add(to: &router)
            StockRoutes(stock.units, stock: stock.repository, catalog: stock.catalog, keys: PostgresIdempotencyKeys())
                .add(to: &router)
            self.router = router
        }

        func send(
            _ method: HTTPMethod, _ path: String, _ body: String? = nil, query: QueryParameters = [:],
            headers: HTTPHeaders = [:]
        ) async throws -> (status: Int, body: JSONValue, headers: HTTPHeaders) {
            var headers = headers
            if body != nil { headers["Content-Type"] = "application/json" }
            let request = HTTPRequest(
                method, path, query: query, headers: headers, body: Array((body ?? "").utf8))
            let response: HTTPResponse
            do {
                let match = try router.match(method, path)
                response = await Responder(filters: [DescribedAnswers(), AuthenticationOff()], logger: .silent).respond(
                    to: request, by: match)
            } catch {
                response = error.response(to: request)
            }
            return (response.status, try JSONValue(parsing: response.body), response.headers)
        }
    }

    private func withAPI(_ body: @Sendable (API) async throws -> Void) async throws {
        try await StockFixture.with { try await body(API($0)) }
    }

    private func pointers(_ body: JSONValue) -> [String] {
        (body["errors"]?.arrayValue ?? []).compactMap { $0["pointer"]?.stringValue }
    }

    @Test func aProductIsRegisteredChangedAndRead() async throws {
        try await withAPI { api in
            let path = "/api/products/018f4e9a-0000-7000-8000-000000000001"
            let body = #"{"sku":"TEA-1","name":"Sencha 100 g","unitPrice":{"amount":"9.50","currency":"EUR"}}"#
            let created = try await api.send(.put, path, body)
            #expect(created.status == 201)
            #expect(created.headers["location"] == path)
            let again = try await api.send(.put, path, body)
            #expect(again.status == 200)
            #expect(again.body == created.body)
            let repriced = try await api.send(
                .put, path, #"{"sku":"TEA-1","name":"Sencha 100 g","unitPrice":{"amount":"9","currency":"USD"}}"#)
            #expect(repriced.status == 200)
            #expect(repriced.body["version"] == .integer(2))
            let read = try await api.send(.get, path)
            #expect(read.status == 200)
            #expect(
                read.body
                    == .object([
                        "productId": .string("018f4e9a-0000-7000-8000-000000000001"), "sku": .string("TEA-1"),
                        "name": .string("Sencha 100 g"),
                        "unitPrice": .object(["amount": .string("9.00"), "currency": .string("USD")]),
                        "lowStockThreshold": .null, "version": .integer(2),
                    ]))
        }
    }

    @Test func aProductIsChangedOnlyFromWhatTheClientSaw() async throws {
        try await withAPI { api in
            let path = "/api/products/\(EntityID.v7())"
            let body = { (price: Int) in
                #"{"sku":"TEA-1","name":"b","unitPrice":{"amount":"\#(price)","currency":"EUR"}}"#
            }
            let created = try await api.send(.put, path, body(1), headers: ["If-None-Match": "*"])
            #expect(created.status == 201)
            #expect(try await api.send(.put, path, body(2), headers: ["If-None-Match": "*"]).status == 412)
            let tag = try #require(created.headers["ETag"])
            #expect(try await api.send(.get, path).headers["ETag"] == tag)
            let changed = try await api.send(.put, path, body(2), headers: ["If-Match": tag])
            #expect(changed.status == 200 && changed.headers["ETag"] != tag)
            #expect(try await api.send(.put, path, body(3), headers: ["If-Match": tag]).status == 412)
            let nowhere = "/api/products/\(EntityID.v7())"
            #expect(try await api.send(.put, nowhere, body(3), headers: ["If-Match": "*"]).status == 412)
            #expect(try await api.send(.put, path, body(4)).status == 200)
        }
    }

    /// Would catch a tag that is compared before the row is locked.
    @Test func ofTwoWhoSawTheSameProductOneChangesIt() async throws {
        try await withAPI { api in
            let path = "/api/products/\(try await api.stock.register(sku: "TEA-1"))"
            for round in 0..<10 {
                let tag = try #require(try await api.send(.get, path).headers["ETag"])
                let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                    for writer in 1...4 {
                        let body =
                            #"{"sku":"TEA-1","name":"\#(round)","unitPrice":{"amount":"\#(writer)","currency":"EUR"}}"#
                        group.addTask { try await api.send(.put, path, body, headers: ["If-Match": tag]).status }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(statuses.sorted() == [200, 412, 412, 412])
            }
        }
    }

    @Test func anotherProductsSKUIsAConflict() async throws {
        try await withAPI { api in
            try await api.stock.register(sku: "TEA-1")
            let answer = try await api.send(
                .put, "/api/products/\(EntityID.v7())",
                #"{"sku":"TEA-1","name":"b","unitPrice":{"amount":"1","currency":"EUR"}}"#)
            #expect(answer.status == 409)
            #expect(answer.headers["content-type"] == "application/problem+json")
        }
    }

    @Test func anAdjustmentWithAKeyIsBookedOnceHoweverOftenItIsSentAtOnce() async throws {
        try await withAPI { api in
            let path = "/api/stocks/\(try await api.stock.register())"
            let key: HTTPHeaders = ["Idempotency-Key": "\"receipt 7\""]
            let receipt = #"{"delta":100,"reason":"receipt"}"#
            let answers = try await withThrowingTaskGroup(of: (Int, JSONValue, String?).self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        let answer = try await api.send(.post, "\(path)/adjustments", receipt, headers: key)
                        return (answer.status, answer.body, answer.headers["Idempotent-Replayed"])
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.allSatisfy { $0.0 == 201 && $0.1["onHand"] == .integer(100) })
            #expect(answers.count { $0.2 == nil } == 1)
            #expect(try await api.send(.get, path).body["onHand"] == .integer(100))

            let other = try await api.send(
                .post, "\(path)/adjustments", #"{"delta":101,"reason":"receipt"}"#, headers: key)
            #expect(other.status == 422)
            #expect(other.body["type"] == .string("/problems/idempotency-key-reused"))
            let elsewhere = "/api/stocks/\(try await api.stock.register())/adjustments"
            #expect(try await api.send(.post, elsewhere, receipt, headers: key).status == 422)
        }
    }

    @Test func anAdjustmentThatWasRefusedDoesNotUseItsKeyUp() async throws {
        try await withAPI { api in
            let path = "/api/stocks/\(try await api.stock.register())/adjustments"
            let key: HTTPHeaders = ["Idempotency-Key": "k"]
            let taken = #"{"delta":-5,"reason":"broken"}"#
            #expect(try await api.send(.post, path, taken, headers: key).status == 409)
            #expect(try await api.send(.post, path, #"{"delta":9,"reason":"receipt"}"#).status == 201)
            let again = try await api.send(.post, path, taken, headers: key)
            #expect(again.status == 201 && again.body["onHand"] == .integer(4))
        }
    }

    @Test func stockIsAdjustedAndRead() async throws {
        try await withAPI { api in
            let id = try await api.stock.register(sku: "TEA-1", name: "Sencha")
            let path = "/api/stocks/\(id)"
            let raised = try await api.send(.post, "\(path)/adjustments", #"{"delta":100,"reason":"receipt"}"#)
            #expect(raised.status == 201)
            #expect(
                raised.body
                    == .object([
                        "productId": .string(id.description), "onHand": .integer(100), "available": .integer(100),
                    ]))
            let tooMuch = try await api.send(.post, "\(path)/adjustments", #"{"delta":-101,"reason":"broken"}"#)
            #expect(tooMuch.status == 409)
            #expect(tooMuch.body["detail"]?.stringValue?.contains("100 on hand") == true)
            let read = try await api.send(.get, path)
            #expect(
                read.body
                    == .object([
                        "productId": .string(id.description), "sku": .string("TEA-1"), "name": .string("Sencha"),
                        "onHand": .integer(100), "available": .integer(100), "lowStockThreshold": .null,
                    ]))
        }
    }

    /// PUT says the whole: who does not know of thresholds takes one away.
    @Test func aThresholdIsShownUntilAChangeComesWithoutIt() async throws {
        try await withAPI { api in
            let id = EntityID.v7()
            let path = "/api/products/\(id)"
            let body = { (more: String) in
                #"{"sku":"TEA-1","name":"b","unitPrice":{"amount":"1","currency":"EUR"}\#(more)}"#
            }
            let created = try await api.send(.put, path, body(#","lowStockThreshold":10"#))
            #expect(created.status == 201 && created.body["lowStockThreshold"] == .integer(10))
            let lower = try await api.send(.put, path, body(#","lowStockThreshold":5"#))
            #expect(lower.status == 200 && lower.body["version"] == .integer(2))
            #expect(lower.headers["ETag"] != created.headers["ETag"])
            #expect(try await api.send(.get, path).body == lower.body)
            #expect(try await api.send(.get, "/api/stocks/\(id)").body["lowStockThreshold"] == .integer(5))
            for wrong in ["0", "-1", "1000000001", "\"5\"", "1.5"] {
                let refused = try await api.send(.put, path, body(#","lowStockThreshold":\#(wrong)"#))
                #expect(refused.status == 422 && pointers(refused.body) == ["/lowStockThreshold"])
            }
            #expect(try await api.send(.put, path, body(#","lowStockThreshold":null"#)).status == 200)
            #expect(try await api.send(.get, path).body["lowStockThreshold"] == .null)
            #expect(try await api.send(.put, path, body("")).body["version"] == .integer(3))
        }
    }

    @Test func whatIsNotThereIs404() async throws {
        try await withAPI { api in
            let unknown = EntityID.v7()
            let adjustment = #"{"delta":1,"reason":"receipt"}"#
            let answers = [
                try await api.send(.get, "/api/products/\(unknown)"),
                try await api.send(.get, "/api/stocks/\(unknown)"),
                try await api.send(.get, "/api/stocks/no-uuid"),
                try await api.send(.post, "/api/stocks/\(unknown)/adjustments", adjustment),
            ]
            #expect(answers.map(\.status) == [404, 404, 404, 404])
        }
    }

    @Test func aBadBodyIsToldInFullAndChangesNothing() async throws {
        try await withAPI { api in
            let id = try await api.stock.product(onHand: 5)
            let adjustments = "/api/stocks/\(id)/adjustments"
            let wrong = try await api.send(.post, adjustments, #"{"delta":0,"reason":""}"#)
            #expect(wrong.status == 422)
            #expect(pointers(wrong.body) == ["/delta", "/reason"])
            #expect(try await api.send(.post, adjustments, #"{"delta":"#).status == 400)
            #expect(try await api.send(.post, adjustments).status == 400)
            let product = try await api.send(.put, "/api/products/\(EntityID.v7())", #"{"sku":"a\u0007","name":7}"#)
            #expect(product.status == 422)
            #expect(pointers(product.body) == ["/sku", "/name", "/unitPrice"])
            #expect(try await api.stock.onHand(id) == 5)
            #expect(try await api.stock.count("SELECT count(*) FROM products") == 1)
        }
    }

    @Test(arguments: ["/api/products", "/api/stocks"]) func aListIsReadPageByPage(path: String) async throws {
        try await withAPI { api in
            // The lowest of all ids too: the first page must not begin behind it.
            var ids = [try await api.stock.register(EntityID(high: 0, low: 0))]
            for _ in 0..<6 { ids.append(try await api.stock.register()) }
            var seen: [String] = []
            var query: QueryParameters = ["limit": "3"]
            var pages = 0
            while true {
                let page = try await api.send(.get, path, query: query)
                #expect(page.status == 200)
                seen += (page.body["items"]?.arrayValue ?? []).compactMap { $0["productId"]?.stringValue }
                pages += 1
                guard let cursor = page.body["nextCursor"]?.stringValue else { break }
                #expect(page.headers["link"]?.contains(cursor) == true)
                query = ["limit": "3", "cursor": cursor]
            }
            #expect(pages == 3)
            #expect(seen == ids.sorted().map(\.description))
            #expect(try await api.send(.get, path, query: ["limit": "0"]).status == 400)
            #expect(try await api.send(.get, path, query: ["cursor": "nonsense"]).status == 400)
        }
    }
}
