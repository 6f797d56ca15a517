import DomainKit
import JSON
import StockAPI
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
            StockRoutes(stock.units, stock: stock.repository, catalog: stock.catalog).add(to: &router)
            self.router = router
        }

        func send(
            _ method: HTTPMethod, _ path: String, _ body: String? = nil, query: QueryParameters = [:]
        ) async throws -> (status: Int, body: JSONValue, headers: HTTPHeaders) {
            let request = HTTPRequest(
                method, path, query: query, headers: body == nil ? [:] : ["Content-Type": "application/json"],
                body: Array((body ?? "").utf8))
            let response: HTTPResponse
            do {
                let match = try router.match(method, path)
                response = await Responder(filters: [AuthenticationOff()], logger: .silent).respond(
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
                        "version": .integer(2),
                    ]))
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
                        "onHand": .integer(100), "available": .integer(100),
                    ]))
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
