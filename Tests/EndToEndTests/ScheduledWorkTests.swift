import DomainKit
import JSON
import TestKit
import Testing

/// What comes later, through the real executables.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ScheduledWorkTests {
    @Test func aFollowUpAndADigestComeWhenTheyAreDue() async throws {
        try await Shop.with(settings: ["FOLLOW_UP_AFTER": "1s"]) { shop in
            let product = try await shop.addProduct(stock: 5)
            let watched =
                #"{"sku":"TEA-1","name":"Tea","unitPrice":{"amount":"19.99","currency":"USD"},"lowStockThreshold":3}"#
            #expect(try await shop.send("PUT", "/api/products/\(product)", to: .stock, body: watched).status == 200)
            let notifications = try #require(shop.databases[.notification]).pool
            // Nobody must listen to what comes next: the queue has to be there.
            _ = try await eventually("the next digest is planned") {
                let planned = try await shop.send("GET", "/api/scheduled-work?state=Waiting", to: .notification)
                let kinds = planned.body["items"]?.arrayValue?.compactMap { $0["kind"]?.stringValue }
                return kinds == ["low-stock-digest"] ? true : nil
            }
            let order = try await shop.placeOrder([(product, 3)])
            _ = try await eventually("the fall is heard of") {
                let low = try await notifications.query(
                    "SELECT available FROM low_stock WHERE product_id = $1", [.id(product)]
                ) { try $0.int(0) }
                return low == [2] ? true : nil
            }
            _ = try await eventually("the customer is asked") {
                let told = Set(try await shop.notifications(of: order))
                return told == ["order-confirmed Sent", "order-follow-up Sent"] ? true : nil
            }
            try await notifications.execute(
                "UPDATE scheduled_work SET try_at = now() WHERE kind = 'low-stock-digest' AND try_at IS NOT NULL")
            _ = try await eventually("the operator is told") {
                let told = try await notifications.query(
                    "SELECT recipient, status FROM notifications WHERE template = 'low-stock-digest'"
                ) { try $0.text(0) + " " + $0.text(1) }
                return told == ["operator Sent"] ? true : nil
            }
            #expect(try await shop.send("GET", "/api/scheduled-work?state=Failing", to: .notification).status == 200)
        }
    }
}
