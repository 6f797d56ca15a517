import DomainKit
import HTTPServer
import JSON
import Messaging
import OrderAPI
import OrderApplication
import OrderDomain
import OrderInfrastructure
import PersonalDataAPI
import Postgres
import TestKit
import Testing

@Suite struct CustomerDataTests {
    private static let delivery = Delivery(
        shippingAddress: ShippingAddress(street: "Rue de la Paix 7", city: "Genève", zipCode: "1202"),
        paymentMethod: "card", contact: Contact(name: "Ann Example", email: "ann@example.org"))
    /// All that must not be found any more.
    private static let traces = ["Rue de la Paix", "Genève", "Ann Example", "ann@example.org", "my sister Jo"]

    private func remains(in database: TestDatabase) async throws -> [String] {
        var tables: [String] = []
        for trace in Self.traces { tables += try await database.tables(holding: trace) }
        return tables
    }

    private func serving(
        _ body: @escaping @Sendable (OrderFixture, HTTPClient, EntityID) async throws -> Void
    ) async throws {
        try await OrderFixture.with { fixture in
            var router = Router()
            OrderRoutes(
                units: fixture.units, orders: fixture.orders, queries: fixture.queries, prices: fixture.prices,
                keys: fixture.keys
            ).add(to: &router)
            CustomerDataRoutes(fixture.units, customers: PostgresCustomerData(fixture.database.pool)).add(to: &router)
            let command = fixture.command([(try await fixture.product(), 2)], delivery: Self.delivery)
            let order = try #require(try await fixture.place(command, key: "place")?.orderID)
            try await HTTPClient.with(router, filters: [TestCallers()]) { try await body(fixture, $0, order) }
        }
    }

    @Test func theExportTellsAllThatIsHeld() async throws {
        try await serving { fixture, client, order in
            let answer = try await client.send("GET", "/api/customers/\(fixture.customer)/data")
            #expect(answer.status == 200 && answer.header("Cache-Control") == "no-store")
            let orders = answer.json["orders"]?.arrayValue
            #expect(orders?.first?["orderId"] == .string(order.description))
            #expect(orders?.first?["contact"]?["email"]?.stringValue == "ann@example.org")
            let step = answer.json["timelines"]?.arrayValue?.first?["items"]?.arrayValue?.first?["step"]
            #expect(step == .string("Pending"))
            let held = answer.json["texts"]?.arrayValue?.compactMap { $0["heldIn"]?.stringValue } ?? []
            #expect(Set(held) == ["outbox", "answers to repeated requests"])

            let nobody = try await client.send("GET", "/api/customers/\(EntityID.v7())/data")
            #expect(nobody.status == 200 && nobody.json["orders"]?.arrayValue?.isEmpty == true)
            #expect(try await client.send("GET", "/api/customers/ann/data").status == 404)
        }
    }

    @Test func theErasureLeavesTheOrderAndNothingOfThePerson() async throws {
        try await serving { fixture, client, order in
            let key = ["Idempotency-Key": "cancel"]
            let reason = #"{"reason":"my sister Jo has one"}"#
            let cancelled = try await client.send("POST", "/api/orders/\(order)/cancel", headers: key, json: reason)
            #expect(cancelled.status == 200)
            let letter = try await fixture.database.deadLetter(
                "StockProcessFailed", about: order, at: "order.stock-process-failed")
            try await fixture.database.pool.execute(
                "UPDATE dead_letters SET body = $2, reason = $3 WHERE seq = $1",
                [.int(letter), .bytes(Array(#"{"x":"Ann Example"}"#.utf8)), .text("cannot read ann@example.org")])
            #expect(try await Set(remains(in: fixture.database)).contains("dead_letters"))

            let path = "/api/customers/\(fixture.customer)/data"
            for _ in 0..<2 {
                #expect(try await client.send("DELETE", path).status == 204)
                #expect(try await remains(in: fixture.database) == [])
            }
            let kept = try await fixture.find(order)
            #expect(kept.status == .cancelled && kept.lines.count == 1 && kept.delivery == Delivery())
            #expect(try await fixture.published(about: fixture.customer) == ["CustomerErased", "CustomerErased"])
            #expect(
                try await fixture.lastBody(about: fixture.customer)["orderIds"] == .array([.string(order.description)]))
            // What it was asked with is known no more; that it was used is.
            let again = try await client.send("POST", "/api/orders/\(order)/cancel", headers: key, json: reason)
            #expect(again.status == 422)
            #expect(try await client.send("GET", path).json["orders"]?.arrayValue?.count == 1)
        }
    }

    @Test func whatIsKnownOfOthersStays() async throws {
        try await serving { fixture, client, order in
            let answer = try await client.send("DELETE", "/api/customers/\(EntityID.v7())/data")
            #expect(answer.status == 204)
            let kept = try await fixture.find(order)
            #expect(kept.delivery == Self.delivery)
        }
    }

    @Test func aCustomerSeesAndErasesTheirOwnDataAlone() async throws {
        try await serving { fixture, client, order in
            let path = "/api/customers/\(fixture.customer)/data"
            let owner = ["Test-Caller": "customer \(fixture.customer)"]
            let stranger = ["Test-Caller": "customer \(EntityID.v7())"]
            for method in ["GET", "DELETE"] {
                let answer = try await client.send(method, path, headers: stranger)
                #expect(answer.status == 404)
            }
            let kept = try await fixture.find(order)
            #expect(kept.delivery == Self.delivery)
            let seen = try await client.send("GET", path, headers: owner)
            #expect(seen.status == 200)
            let erased = try await client.send("DELETE", path, headers: owner)
            #expect(erased.status == 204)
            let remaining = try await remains(in: fixture.database)
            #expect(remaining == [])
        }
    }

    /// A day's answers may be millions, and a request has ten seconds.
    @Test func theErasureReadsNoAnswersButThoseOfTheCustomer() async throws {
        try await serving { fixture, _, _ in
            let customers = PostgresCustomerData(fixture.database.pool)
            try await fixture.database.pool.execute(
                """
                INSERT INTO idempotency_keys (key, fingerprint, status, location, body, about, created_at)
                SELECT 'other-' || n, decode(repeat('11', 32), 'hex'), 201, '', '{}', gen_random_uuid(), now()
                FROM generate_series(1, 20000) AS n
                """)
            try await fixture.database.pool.execute("ANALYZE idempotency_keys")
            let (whole, found) = try await fixture.units.perform { work in
                let before = try await scans(in: work)
                _ = try await customers.erase(fixture.customer, in: work)
                let after = try await scans(in: work)
                return (after.whole - before.whole, after.byIndex - before.byIndex)
            }
            #expect(whole == 0 && found > 0)
        }
    }

    /// How often the transaction's connection has gone through the table of answers, as a whole and by an index.
    private func scans(in work: any UnitOfWork) async throws -> (whole: Int64, byIndex: Int64) {
        let scans = try await work.sql.query(
            "SELECT seq_scan, idx_scan FROM pg_stat_xact_user_tables WHERE relname = 'idempotency_keys'"
        ) { (whole: try $0.int(0), byIndex: try $0.int(1)) }
        return try #require(scans.first)
    }

    /// Each of them sees either the order before the erasure, and is erased with it, or the order after it.
    @Test func whatHappensToAnOrderAtTheSameTimeBringsNobodyBack() async throws {
        try await serving { fixture, client, _ in
            let product = try await fixture.product()
            for attempt in 0..<10 {
                let placed = try await fixture.place(fixture.command([(product, 1)], delivery: Self.delivery))
                let order = try #require(placed?.orderID)
                let key = ["Idempotency-Key": "cancel-\(attempt)"]
                async let cancelled = client.send("POST", "/api/orders/\(order)/cancel", headers: key)
                async let erased = client.send("DELETE", "/api/customers/\(fixture.customer)/data")
                let (cancellation, erasure) = try await (cancelled, erased)
                #expect(cancellation.status == 200 && erasure.status == 204)
                #expect(try await remains(in: fixture.database) == [])
            }
        }
    }
}
