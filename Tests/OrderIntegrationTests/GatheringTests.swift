import DomainKit
import JSON
import Postgres
import TestKit
import Testing

/// Concurrent requests share transactions, and nobody can tell.
@Suite struct GatheringTests {
    @Test func manyAtOnceAreAllPlacedAndEachIsAnsweredWithItsOwn() async throws {
        try await OrderServer.with { server in
            let product = try await server.fixture.product("1.00")
            let answers = try await server.placeAtOnce(
                (1...64).map { (server.body([(product, $0)]), $0 % 2 == 0 ? "key-\($0)" : nil) })
            #expect(answers.map(\.status) == Array(repeating: 201, count: 64))
            for (index, answer) in answers.enumerated() {
                #expect(answer.total == "\(index + 1).00")
                let location = try #require(answer.header("Location"))
                #expect(try await server.get(location).total == "\(index + 1).00")
            }
            #expect(
                try await server.fixture.rowCounts() == [
                    "orders": 64, "order_lines": 64, "order_timeline": 64, "outbox": 64, "idempotency_keys": 32,
                ])
            let transactions = try await server.fixture.database.pool.first(
                "SELECT count(DISTINCT xmin::text) FROM orders", as: { try $0.integer(0) })
            #expect(try #require(transactions) < 64, "nothing was gathered")
        }
    }

    @Test func anOrderThatTheDatabaseRefusesFailsAlone() async throws {
        try await OrderServer.with { server in
            let product = try await server.fixture.product()
            try await server.fixture.database.pool.execute(
                "ALTER TABLE orders ADD CHECK (payment_method <> 'poison')")
            let poison = server.body([(product, 1)], more: #","paymentMethod":"poison""#)
            let unknown = server.body([(.v7(), 1)])
            let requests = (0..<48).map { index in
                index % 16 == 5 ? poison : index % 16 == 9 ? unknown : server.body([(product, 1)])
            }
            let answers = try await server.placeAtOnce(requests.map { ($0, nil) })
            let expected = (0..<48).map { $0 % 16 == 5 ? 500 : $0 % 16 == 9 ? 422 : 201 }
            #expect(answers.map(\.status) == expected)
            let counts = try await server.fixture.rowCounts()
            #expect(counts["orders"] == 42 && counts["outbox"] == 42)
        }
    }

    @Test func aKeyThatManySendAtOncePlacesOneOrder() async throws {
        try await OrderServer.with { server in
            let product = try await server.fixture.product()
            let requests = (0..<64).map { (server.body([(product, $0 % 4 + 1)]), "key-\($0 % 4)" as String?) }
            let answers = try await server.placeAtOnce(requests)
            #expect(answers.allSatisfy { $0.status == 201 })
            for key in 0..<4 {
                let same = answers.indices.filter { $0 % 4 == key }.map { answers[$0] }
                #expect(Set(same.map(\.body)).count == 1)
            }
            let counts = try await server.fixture.rowCounts()
            #expect(counts["orders"] == 4 && counts["outbox"] == 4 && counts["idempotency_keys"] == 4)
        }
    }

    /// Would catch keys that are not taken in one order: two batches would wait for each other until their deadline.
    @Test func processesWhoseBatchesShareKeysDoNotWaitForEachOther() async throws {
        try await OrderFixture.with { fixture in
            try await fixture.database.pool.execute(
                "ALTER DATABASE \(fixture.database.name) SET deadlock_timeout = '60s'")
            let product = try await fixture.product()
            try await OrderServer.with(fixture) { first in
                try await OrderServer.with(fixture) { second in
                    let requests = (0..<32).map { (body: first.body([(product, 1)]), key: "key-\($0)" as String?) }
                    for _ in 0..<8 {
                        async let forwards = first.placeAtOnce(requests)
                        async let backwards = second.placeAtOnce(requests.reversed())
                        for (one, other) in try await zip(forwards, backwards.reversed()) {
                            #expect(one.status == 201 && other.status == 201)
                            #expect(one.body == other.body)
                        }
                        try await fixture.database.pool.execute("DELETE FROM idempotency_keys")
                    }
                }
            }
            #expect(try await fixture.rowCounts()["orders"] == 8 * 32)
        }
    }
}

extension HTTPAnswer {
    /// The amount of an order's total.
    fileprivate var total: String? { json["totalAmount"]?["amount"]?.stringValue }
}
