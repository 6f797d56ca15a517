import DomainKit
import Foundation
import JSON
import TestKit

/// What an order's answer says.
struct OrderView: Sendable, Equatable {
    let id: EntityID
    let status: String
    let reason: String?
    /// Quantities by product.
    let quantities: [EntityID: Int64]

    init?(_ json: JSONValue) {
        guard let id = json["orderId"]?.stringValue.flatMap({ EntityID($0) }), let status = json["status"]?.stringValue
        else { return nil }
        self.id = id
        self.status = status
        reason = json["cancellationReason"]?.stringValue
        var quantities: [EntityID: Int64] = [:]
        for item in json["items"]?.arrayValue ?? [] {
            guard let product = item["productId"]?.stringValue.flatMap({ EntityID($0) }) else { return nil }
            quantities[product] = item["quantity"]?.integerValue
        }
        self.quantities = quantities
    }
}

/// What customers and operators do, over HTTP.
extension Shop {
    /// Sends a request with a JSON body.
    /// - Returns: status, parsed body, headers.
    func send(
        _ method: String, _ path: String, to domain: Domain, body: String? = nil, headers: [String: String] = [:],
        through client: HTTPClient? = nil
    ) async throws -> (status: Int, body: JSONValue, location: String?) {
        var headers = headers
        if body != nil { headers["Content-Type"] = "application/json" }
        let answer = try await (client ?? api(domain)).send(
            method, path, headers: headers, body: Array((body ?? "").utf8))
        let json = answer.body.isEmpty ? JSONValue.null : try JSONValue(parsing: answer.body)
        return (answer.status, json, answer.header("Location"))
    }

    /// Registers a product with a price and a stock, and waits until Order knows the price.
    func addProduct(price: String = "19.99", stock: Int) async throws -> EntityID {
        let id = EntityID.v7()
        let product = """
            {"sku": "SKU-\(id.description.suffix(8))", "name": "Tea \(id.description.suffix(4))",
             "unitPrice": {"amount": "\(price)", "currency": "USD"}}
            """
        try await expect(201, send("PUT", "/api/products/\(id)", to: .stock, body: product))
        if stock > 0 {
            let receipt = #"{"delta": \#(stock), "reason": "receipt"}"#
            try await expect(201, send("POST", "/api/stocks/\(id)/adjustments", to: .stock, body: receipt))
        }
        guard let orders = databases[.order] else { throw Failure(description: "no order database") }
        _ = try await eventually("Order knows the price of \(id)") {
            let known = try await orders.pool.query(
                "SELECT count(*) FROM product_prices WHERE product_id = $1", [.id(id)]
            ) { try $0.int(0) }
            return known == [1] ? true : nil
        }
        return id
    }

    /// The body of an order over the given products.
    static func orderBody(_ items: [(product: EntityID, quantity: Int)], customer: EntityID = .v7()) -> String {
        let items = items.map { #"{"productId": "\#($0.product)", "quantity": \#($0.quantity)}"# }
        return """
            {"customerId": "\(customer)", "items": [\(items.joined(separator: ","))],
             "contact": {"name": "Jane Doe", "email": "jane@example.com"}}
            """
    }

    /// Places an order.
    /// - Returns: its id.
    func placeOrder(
        _ items: [(product: EntityID, quantity: Int)], by customer: EntityID = .v7()
    ) async throws -> EntityID {
        let body = Shop.orderBody(items, customer: customer)
        let answer = try await send("POST", "/api/orders", to: .order, body: body)
        try expect(201, answer)
        guard let id = answer.body["orderId"]?.stringValue.flatMap({ EntityID($0) }) else {
            throw Failure(description: "no orderId in \(answer.body.jsonText)")
        }
        return id
    }

    func order(_ id: EntityID) async throws -> OrderView {
        let answer = try await send("GET", "/api/orders/\(id)", to: .order)
        guard answer.status == 200, let order = OrderView(answer.body) else {
            throw Failure(description: "GET order \(id): \(answer.status) \(answer.body.jsonText)")
        }
        return order
    }

    /// Waits until the order is in `status`.
    func order(_ id: EntityID, becomes status: String) async throws -> OrderView {
        try await eventually("order \(id) becomes \(status)") {
            let order = try await self.order(id)
            return order.status == status ? order : nil
        }
    }

    func onHand(_ product: EntityID) async throws -> Int64 {
        let answer = try await send("GET", "/api/stocks/\(product)", to: .stock)
        guard let onHand = answer.body["onHand"]?.integerValue else {
            throw Failure(description: "GET stock: \(answer.status) \(answer.body.jsonText)")
        }
        return onHand
    }

    /// Whether customers were told of each of the orders, and nothing is still to be delivered.
    func isTold(of orders: EntityID...) async throws -> Bool {
        for order in orders {
            let told = try await notifications(of: order)
            if told.isEmpty || told.contains(where: { $0.hasSuffix(" Pending") }) { return false }
        }
        return true
    }

    /// The templates and states of an order's notifications, sorted.
    func notifications(of order: EntityID) async throws -> [String] {
        let answer = try await send("GET", "/api/notifications?orderId=\(order)", to: .notification)
        return (answer.body["items"]?.arrayValue ?? []).map {
            "\($0["template"]?.stringValue ?? "?") \($0["status"]?.stringValue ?? "?")"
        }.sorted()
    }

    /// One request that leaves one row.
    func change(
        _ domain: Domain, _ product: EntityID, through client: HTTPClient
    ) async throws -> HTTPAnswer {
        let id = EntityID.v7()
        return switch domain {
        case .order:
            try await client.send("POST", "/api/orders", json: Shop.orderBody([(product, 1)]))
        case .stock:
            try await client.send(
                "PUT", "/api/products/\(id)",
                json: #"{"sku":"\#(id)","name":"Tea","unitPrice":{"amount":"1","currency":"USD"}}"#)
        case .notification:
            try await client.send(
                "POST", "/api/notification-templates",
                json: #"{"key":"k-\#(id)","subject":"s","textBody":"t","htmlBody":"h"}"#)
        }
    }

    /// How many rows such requests have left.
    func effects(of domain: Domain) async throws -> Int64 {
        let table =
            switch domain {
            case .order: "orders"
            case .stock: "products"
            case .notification: "notification_templates"
            }
        return try await count("SELECT count(*) FROM \(table)", in: domain)
    }

    private func expect(_ status: Int, _ answer: (status: Int, body: JSONValue, location: String?)) throws {
        guard answer.status == status else {
            throw Failure(description: "\(answer.status) instead of \(status): \(answer.body.jsonText)")
        }
    }
}
