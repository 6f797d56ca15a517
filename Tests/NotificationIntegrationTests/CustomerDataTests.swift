import DomainKit
import HTTPServer
import NotificationAPI
import NotificationApplication
import NotificationDomain
import NotificationInfrastructure
import OrderContracts
import PersonalDataAPI
import TestKit
import Testing

@Suite struct CustomerDataTests {
    private func erase(_ order: OrderSnapshot, in notification: NotificationFixture) async throws {
        let customers = PostgresCustomerData(notification.database.pool)
        let event = CustomerErased(customerID: order.customerID, orderIDs: [order.orderID])
        try await notification.units.perform { try await EraseCustomer(customers)([received(event)], in: $0) }
    }

    @Test func whatACustomerWasToldIsErasedAndThatTheyWereToldStays() async throws {
        try await NotificationFixture.with { notification in
            let (order, other) = (try someOrder(name: "Zoë"), try someOrder(name: "Bob", email: "bob@example.org"))
            try await notification.confirm(order, other)
            #expect(try await notification.database.tables(holding: "ann@example.org") == ["notifications"])
            try await erase(order, in: notification)
            for trace in ["ann@example.org", "Zoë"] {
                #expect(try await notification.database.tables(holding: trace) == [])
            }
            let told = try #require(try await notification.notifications(of: order).first)
            #expect(told.status == .sent && told.recipient == "customer:\(order.customerID)")
            #expect(try await notification.notifications(of: other).first?.recipient == "bob@example.org")
        }
    }

    @Test func anEventThatComesAfterTheErasureTellsNobody() async throws {
        try await NotificationFixture.with { notification in
            let order = try someOrder()
            try await erase(order, in: notification)
            try await notification.confirm(order)
            try await notification.cancel(order, reason: "ann@example.org is away")
            let told = try await notification.notifications(of: order)
            #expect(told.map(\.status) == [.skipped, .skipped])
            #expect(told.map(\.reason) == ["the customer's data was erased", "the customer's data was erased"])
            #expect(try await notification.database.tables(holding: "ann@example.org") == [])
        }
    }

    /// Would catch a look for the erasure that the telling does not keep from happening.
    @Test func tellingAndErasingAtTheSameTimeKeepsNothing() async throws {
        try await NotificationFixture.with { notification in
            for _ in 0..<20 {
                let order = try someOrder()
                async let told: Void = notification.confirm(order)
                async let erased: Void = erase(order, in: notification)
                _ = try await (told, erased)
                #expect(try await notification.notifications(of: order).count == 1)
            }
            #expect(try await notification.database.tables(holding: "ann@example.org") == [])
        }
    }

    @Test func itIsShownAndErasedOverHTTP() async throws {
        try await NotificationFixture.with { notification in
            var router = Router()
            CustomerDataRoutes(notification.units, customers: PostgresCustomerData(notification.database.pool))
                .add(to: &router)
            let order = try someOrder()
            try await notification.confirm(order)
            try await HTTPClient.with(router) { client in
                let path = "/api/customers/\(order.customerID)/data"
                let shown = try await client.send("GET", path)
                #expect(shown.status == 200)
                let recipients = shown.json["notifications"]?.arrayValue?.map { $0["recipient"]?.stringValue }
                #expect(recipients == ["ann@example.org"])
                #expect(try await client.send("DELETE", path).status == 204)
                #expect(try await notification.database.tables(holding: "ann@example.org") == [])
                #expect(try await client.send("GET", "/api/customers/x/data").status == 404)
            }
        }
    }
}
