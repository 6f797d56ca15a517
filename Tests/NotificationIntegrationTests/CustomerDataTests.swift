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

    @Test func whatIsStillToBeDeliveredToAnErasedCustomerIsSkipped() async throws {
        let channel = TestChannel()
        try await NotificationFixture.with(channel: channel) { notification in
            let order = try someOrder()
            try await notification.announce(confirmed: [order])
            let data = try await PostgresCustomerData(notification.database.pool).record(of: order.customerID)
            #expect(data.texts.contains { $0.heldIn == "deliveries" && $0.text.contains("ann@example.org") })
            try await erase(order, in: notification)
            #expect(try await notification.database.tables(holding: "ann@example.org") == [])
            await notification.deliver()
            let told = try await notification.notifications(of: order)
            #expect(told.map(\.status) == [.skipped] && told.map(\.reason) == ["the customer's data was erased"])
            #expect(await channel.taken.isEmpty)
        }
    }

    /// Would catch a result that is written over what was erased, and an event that tells of it.
    @Test func whatIsUnderWayWhenTheCustomerIsErasedIsNotRecorded() async throws {
        let gate = Gate()
        let channel = TestChannel { message throws(DeliveryFailed) in
            await gate.pass()
            throw DeliveryFailed(reason: "<ann@example.org> is away")
        }
        try await NotificationFixture.with(channel: channel) { notification in
            let order = try someOrder()
            try await notification.announce(confirmed: [order])
            async let delivered: Void = notification.deliver()
            await gate.isReached()
            try await erase(order, in: notification)
            gate.open()
            await delivered
            #expect(try await notification.database.tables(holding: "ann@example.org") == [])
            #expect(try await notification.notifications(of: order).map(\.status) == [.skipped])
            #expect(try await notification.outbox().isEmpty)
        }
    }

    @Test func whatAChannelSaidOfAnAddressIsShownAndErased() async throws {
        let channel = TestChannel { message throws(DeliveryFailed) in
            throw DeliveryFailed(reason: "550 <ann@example.org> unknown")
        }
        try await NotificationFixture.with(channel: channel) { notification in
            let order = try someOrder()
            try await notification.confirm(order)
            let data = try await PostgresCustomerData(notification.database.pool).record(of: order.customerID)
            #expect(data.texts.contains { $0.heldIn == "notification attempts" })
            try await erase(order, in: notification)
            #expect(try await notification.database.tables(holding: "ann@example.org") == [])
            #expect(try await notification.history(of: order).map(\.detail) == ["erased"])
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
