import DomainKit
import JSON
import NotificationApplication
import NotificationDomain
import OrderContracts
import TestKit
import Testing

@Suite struct NotificationAPITests {
    @Test func anOrdersNotificationsAreShownWithAllTheirFields() async throws {
        try await NotificationServer.with { server in
            let (order, other) = (try someOrder(), try someOrder())
            try await server.notification.cancel(order)
            try await server.notification.confirm(other, order)
            let answer = try await server.client.send("GET", "/api/notifications?orderId=\(order.orderID)")
            #expect(answer.status == 200)
            let items = try #require(answer.json["items"]?.arrayValue)
            #expect(items.map { $0["status"] } == [.string("Skipped"), .string("Sent")])
            let sent = try #require(items.last)
            #expect(sent["notificationId"]?.stringValue.flatMap { EntityID($0) } != nil)
            #expect(sent["orderId"] == .string(order.orderID.description))
            #expect(sent["template"] == .string("order-cancelled"))
            #expect(sent["channel"] == .string("log"))
            #expect(sent["recipient"] == .string("ann@example.org"))
            #expect(sent["subject"] == .string("Your order \(order.orderID) is cancelled"))
            #expect(sent["body"]?.stringValue?.contains("Reason: sold out") == true)
            #expect(sent["htmlBody"]?.stringValue?.hasPrefix("<!DOCTYPE html>") == true)
            #expect(sent["attempts"] == .integer(1))
            #expect(sent["reason"] == .null)
            #expect(sent["createdAt"]?.stringValue.flatMap { Timestamp($0) } != nil)
            #expect(items.first?["body"] == .null)
            #expect(answer.json["nextCursor"] == .null)
        }
    }

    @Test func allNotificationsAreListedOnceNewestFirst() async throws {
        try await NotificationServer.with { server in
            for _ in 0..<3 { try await server.notification.confirm(try someOrder(), try someOrder()) }
            var seen: [String] = []
            var path: String? = "/api/notifications?limit=4"
            while let page = path {
                let answer = try await server.client.send("GET", page)
                seen += answer.json["items"]?.arrayValue?.compactMap { $0["notificationId"]?.stringValue } ?? []
                path = answer.json["nextCursor"]?.stringValue.map { "/api/notifications?limit=4&cursor=\($0)" }
            }
            #expect(seen.count == 6)
            #expect(seen == seen.sorted(by: >))
            #expect(Set(seen).count == 6)
        }
    }

    @Test func theListIsNarrowedByStateCustomerOrderAndTime() async throws {
        try await NotificationServer.with { server in
            let (sent, waiting) = (try someOrder(), try someOrder())
            try await server.notification.confirm(sent)
            let between = SystemClock().now
            // Identities have the time in milliseconds.
            try await Task.sleep(for: .milliseconds(3))
            try await server.notification.announce(confirmed: [waiting])
            let cases: [(String, [OrderSnapshot])] = [
                ("status=Sent", [sent]), ("status=Pending", [waiting]), ("status=Failed", []),
                ("customerId=\(sent.customerID)", [sent]), ("customerId=\(sent.customerID)&status=Pending", []),
                ("orderId=\(waiting.orderID)", [waiting]), ("from=\(between)", [waiting]), ("to=\(between)", [sent]),
                ("from=2020-01-01T00:00:00Z", [waiting, sent]), ("to=2020-01-01T00:00:00Z", []),
            ]
            for (query, expected) in cases {
                let answer = try await server.client.send("GET", "/api/notifications?\(query)")
                let found = answer.json["items"]?.arrayValue?.compactMap { $0["orderId"]?.stringValue }
                #expect(found == expected.map(\.orderID.description), "\(query)")
            }
        }
    }

    @Test func aNotificationIsShownWithEveryAttempt() async throws {
        let channel = TestChannel { message throws(DeliveryFailed) in
            throw DeliveryFailed(reason: "421 busy", isTemporary: true)
        }
        try await NotificationServer.with(channel: channel) { server in
            let order = try someOrder()
            try await server.notification.confirm(order)
            let id = try #require(try await server.notification.notifications(of: order).first?.id)
            let answer = try await server.client.send("GET", "/api/notifications/\(id)")
            #expect(answer.status == 200)
            #expect(answer.json["status"] == .string("Pending") && answer.json["reason"] == .string("421 busy"))
            #expect(answer.json["customerId"] == .string(order.customerID.description))
            #expect(answer.json["attempts"] == .integer(1) && answer.json["sentAt"] == .null)
            let attempt = try #require(answer.json["history"]?.arrayValue?.first)
            #expect(attempt["number"] == .integer(1) && attempt["round"] == .integer(0))
            #expect(attempt["outcome"] == .string("Deferred") && attempt["detail"] == .string("421 busy"))
            #expect(attempt["channel"] == .string("log"))
            #expect(try await server.client.send("GET", "/api/notifications/\(EntityID.v7())").status == 404)
        }
    }

    @Test func aBadQueryIsRefused() async throws {
        let queries = [
            "status=sent", "customerId=1", "from=yesterday", "to=2026-13-01T00:00:00Z",
            "orderId=x", "orderId=", "orderId=1&orderId=2", "limit=0", "limit=201", "limit=a", "cursor=%00",
            "cursor=abc",
        ]
        try await NotificationServer.with { server in
            for query in queries {
                let answer = try await server.client.send("GET", "/api/notifications?\(query)")
                #expect(answer.status == 400, "\(query)")
                #expect(answer.header("Content-Type") == "application/problem+json", "\(query)")
            }
        }
    }

    @Test func anUnknownOrderHasNoNotifications() async throws {
        try await NotificationServer.with { server in
            let answer = try await server.client.send("GET", "/api/notifications?orderId=\(EntityID.v7())")
            #expect(answer.status == 200)
            #expect(answer.json["items"] == .array([]))
        }
    }
}
