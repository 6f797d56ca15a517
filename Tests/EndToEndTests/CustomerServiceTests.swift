import DomainKit
import Foundation
import JSON
import Locking
import TestKit
import Testing

/// The shop beside a customer service that has bad days, and a receiver of webhooks.
@Suite(.serialized, .timeLimit(.minutes(5))) struct CustomerServiceTests {
    /// What becomes of a customer service.
    enum Trouble: String, CaseIterable {
        case refuses, hangs, cutsTheLine, talksRubbish, fails

        func begin(at server: StubHTTPServer) {
            switch self {
            case .refuses: server.goAway()
            case .hangs: server.behave(.hang)
            case .cutsTheLine: server.behave(.send(""))
            case .talksRubbish: server.answer(200, "<html>Welcome!</html>")
            case .fails: server.answer(500)
            }
        }
    }

    private static func answerAll(_ server: StubHTTPServer, with email: String) {
        server.answer(200, #"{"name": "Ann", "email": "\#(email)", "locale": "en"}"#)
    }

    @Test func whateverTheCustomerServiceDoesEverybodyIsToldAndNoOrderWaits() async throws {
        let customers = try StubHTTPServer()
        let receiver = try StubHTTPServer(.answer { _ in .init(204) })
        defer {
            customers.close()
            receiver.close()
        }
        let settings = [
            "CUSTOMER_SERVICE_URL": customers.url, "CUSTOMER_SERVICE_TIMEOUT": "200ms",
            "WEBHOOK_URL": "\(receiver.url)/told", "WEBHOOK_SECRET": UUID().uuidString, "WEBHOOK_ALLOW_PRIVATE": "true",
        ]
        try await Shop.with(settings: settings) { shop in
            try await shop.sendByWebhook("order-confirmed")
            let product = try await shop.addProduct(stock: 1_000)
            let known = EntityID.v7()
            // The order is told of by the address that is expected, whoever knows it.
            func place(for customer: EntityID) async throws -> String? {
                let order = try await shop.placeOrder([(product, 1)], for: customer)
                _ = try await shop.order(order, becomes: "Confirmed")
                return try await eventually("the receiver hears of \(order)") {
                    receiver.requests.compactMap { try? JSONValue(parsing: $0.body) }
                        .first { $0["orderId"]?.stringValue == order.description }
                        .map { $0["recipient"]?["email"]?.stringValue }
                }
            }
            Self.answerAll(customers, with: "ann@service.example")
            #expect(try await place(for: known) == "ann@service.example")
            for trouble in Trouble.allCases {
                trouble.begin(at: customers)
                // The last known copy, and without one the order's own contact.
                #expect(try await place(for: known) == "ann@service.example", "\(trouble)")
                #expect(try await place(for: .v7()) == "jane@example.com", "\(trouble)")
                if trouble == .refuses { customers.comeBack() }
            }
            _ = try await eventually("the circuit is open") { try await shop.circuit("open") == 1 ? true : nil }
            let asked = customers.requests.count

            Self.answerAll(customers, with: "ann@new.example")
            // One request tries after ten seconds, and the next ones are made again.
            _ = try await eventually("the service is asked again") {
                try await place(for: known) == "ann@new.example" ? true : nil
            }
            #expect(try await shop.circuit("closed") == 1)
            #expect(try await place(for: .v7()) == "ann@new.example")
            #expect(customers.requests.count > asked)
            // Nobody was told twice: each order has a message of its own.
            let orders = receiver.requests.compactMap { $0.headers["idempotency-key"] }
            #expect(Set(orders).count == orders.count)
        }
    }
}

extension Shop {
    /// Has the notifications of a template go by webhook.
    fileprivate func sendByWebhook(_ key: String) async throws {
        let list = try await send("GET", "/api/notification-templates?limit=200", to: .notification)
        let ids = (list.body["items"]?.arrayValue ?? []).filter { $0["key"]?.stringValue == key }
            .compactMap { $0["id"]?.stringValue }
        #expect(!ids.isEmpty)
        for id in ids {
            let path = "/api/notification-templates/\(id)"
            let present = try await api(.notification).send("GET", path)
            guard case .object(var members) = present.json else { throw Failure(description: "no template \(id)") }
            members["channel"] = .string("webhook")
            let headers = ["If-Match": present.header("ETag") ?? ""]
            let changed = try await send(
                "PUT", path, to: .notification, body: JSONValue.object(members).jsonText, headers: headers)
            guard changed.status == 200 else { throw Failure(description: changed.body.jsonText) }
        }
    }

    /// Places an order of this customer.
    fileprivate func placeOrder(
        _ items: [(product: EntityID, quantity: Int)], for customer: EntityID
    ) async throws -> EntityID {
        let answer = try await send("POST", "/api/orders", to: .order, body: Shop.orderBody(items, customer: customer))
        guard answer.status == 201, let id = answer.body["orderId"]?.stringValue.flatMap({ EntityID($0) }) else {
            throw Failure(description: "\(answer.status): \(answer.body.jsonText)")
        }
        return id
    }

    /// Whether the circuit breaker before the customer service is in that state: 1 or 0.
    fileprivate func circuit(_ state: String) async throws -> Double? {
        let worker = try await expositions().first { $0.process == "notification-worker" }
        return worker?.value(#"circuit_breaker_state{circuit="customer-service",state="\#(state)"}"#)
    }
}
