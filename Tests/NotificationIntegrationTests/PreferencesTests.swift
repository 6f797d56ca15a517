import DomainKit
import HTTPServer
import JSON
import NotificationAPI
import NotificationApplication
import NotificationDomain
import NotificationInfrastructure
import OrderContracts
import TestKit
import Testing

@Suite struct PreferencesTests {
    /// Lends Notification and a client of its preferences to `body`.
    private func with(
        directory: (any CustomerDirectory)? = nil,
        _ body: @escaping @Sendable (NotificationFixture, HTTPClient) async throws -> Void
    ) async throws {
        try await NotificationFixture.with(directory: directory) { notification in
            var router = Router()
            PreferencesRoutes(
                notification.units, preferences: PostgresCustomerPreferences(notification.database.pool)
            ).add(to: &router)
            try await HTTPClient.with(router, filters: [TestCallers()]) { client in
                try await body(notification, client)
            }
        }
    }

    private func path(_ customer: EntityID) -> String { "/api/customers/\(customer)/preferences" }

    private func say(_ text: String, for customer: EntityID, to client: HTTPClient, ifMatch: String = "*") async throws
        -> HTTPAnswer
    {
        try await client.send("PUT", path(customer), headers: ["If-Match": ifMatch], json: text)
    }

    @Test func whoSaidNothingGetsEverythingAndCanSayOtherwise() async throws {
        try await with { _, client in
            let customer = EntityID.v7()
            let before = try await client.send("GET", path(customer))
            #expect(before.status == 200 && before.text == #"{"optOut":false,"kinds":{}}"#)
            let wanted = #"{"optOut": true, "kinds": {"order-confirmed": true, "order-follow-up": null}}"#
            let tag = before.header("ETag") ?? ""
            let changed = try await say(wanted, for: customer, to: client, ifMatch: tag)
            #expect(changed.status == 200)
            #expect(changed.text == #"{"optOut":true,"kinds":{"order-confirmed":true}}"#)
            let after = try await client.send("GET", path(customer))
            #expect(after.text == changed.text && after.header("ETag") == changed.header("ETag"))
            // Somebody who saw the old ones does not overwrite the new.
            let late = try await say(#"{"optOut": false}"#, for: customer, to: client, ifMatch: tag)
            #expect(late.status == 412)
            let blind = try await client.send("PUT", path(customer), json: #"{"optOut": false}"#)
            #expect(blind.status == 428)
        }
    }

    @Test(arguments: [
        (#"{}"#, ["/optOut"]), (#"{"optOut": "no", "kinds": []}"#, ["/optOut", "/kinds"]),
        (#"{"optOut": false, "kinds": {"order-cancelled": false}}"#, ["/kinds/order-cancelled"]),
        (
            #"{"optOut": false, "kinds": {"order-confirmed": 1, "order-folow-up": false, "low-stock-digest": true}}"#,
            ["/kinds/low-stock-digest", "/kinds/order-confirmed", "/kinds/order-folow-up"]
        ),
    ])
    func whatCannotBeSaidIsRefusedWithEveryFault(text: String, pointers: [String]) async throws {
        try await with { notification, client in
            let answer = try await say(text, for: .v7(), to: client)
            #expect(answer.status == 422)
            let faults = answer.json["errors"]?.arrayValue ?? []
            #expect(faults.compactMap { $0["pointer"]?.stringValue }.sorted() == pointers.sorted())
            let rows = try await notification.database.pool.first("SELECT count(*) FROM customer_preferences") {
                try $0.int(0)
            }
            #expect(rows == 0)
        }
    }

    @Test func anotherCustomersAreAsIfTheyWereNotThere() async throws {
        try await with { _, client in
            let (customer, other) = (EntityID.v7(), EntityID.v7())
            let caller = ["Test-Caller": "customer \(customer)"]
            #expect(try await client.send("GET", path(customer), headers: caller).status == 200)
            #expect(try await client.send("GET", path(other), headers: caller).status == 404)
            let headers = caller.merging(["If-Match": "*"]) { $1 }
            let foreign = try await client.send("PUT", path(other), headers: headers, json: #"{"optOut":true}"#)
            #expect(foreign.status == 404)
            let own = try await client.send("PUT", path(customer), headers: headers, json: #"{"optOut":true}"#)
            #expect(own.status == 200)
        }
    }

    /// What the customer said here stands in place of what the service says; a cancellation is told all the same.
    @Test func whatWasSaidHereDecides() async throws {
        let service = FixedDirectory { id in
            .found(
                Customer(
                    id: id, email: "ann@example.org",
                    preferences: Preferences(isOptedOut: true, kinds: [.orderFollowUp: true])))
        }
        try await with(directory: service) { notification, client in
            let (silent, willing, unwilling) = (try someOrder(), try someOrder(), try someOrder())
            _ = try await say(#"{"optOut": false}"#, for: willing.customerID, to: client)
            _ = try await say(#"{"optOut": true}"#, for: unwilling.customerID, to: client)
            try await notification.confirm(silent, willing, unwilling)
            try await notification.cancel(silent, willing, unwilling)
            for (order, confirmation) in [(silent, "Skipped"), (willing, "Sent"), (unwilling, "Skipped")] {
                let told = try await notification.notifications(of: order)
                #expect(told.map(\.status.rawValue) == [confirmation, "Sent"])
                #expect(told.map(\.reason) == [confirmation == "Sent" ? nil : "the customer does not want it", nil])
            }
        }
    }

    @Test func theyAreExportedAndErasedWithAllElse() async throws {
        try await with { notification, client in
            let customer = EntityID.v7()
            _ = try await say(#"{"optOut": true}"#, for: customer, to: client)
            let data = PostgresCustomerData(notification.database.pool)
            let held = try await data.record(of: customer).texts
            #expect(held.map(\.heldIn) == ["preferences"] && held.first?.text.contains("optOut") == true)
            try await notification.units.perform { try await EraseCustomer(data)(customer, in: $0) }
            let left = try await data.record(of: customer).texts
            #expect(left == [])
            let after = try await client.send("GET", path(customer))
            #expect(after.text == #"{"optOut":false,"kinds":{}}"#)
        }
    }
}

/// A customer service that answers what a test says.
struct FixedDirectory: CustomerDirectory {
    let timeLimit = Duration.zero
    private let answer: @Sendable (EntityID) -> CustomerAnswer

    init(_ answer: @escaping @Sendable (EntityID) -> CustomerAnswer) { self.answer = answer }

    func lookUp(_ id: EntityID) async -> CustomerAnswer { answer(id) }
}
