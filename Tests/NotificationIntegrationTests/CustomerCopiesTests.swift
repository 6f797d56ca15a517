import DomainKit
import Messaging
import NotificationApplication
import NotificationDomain
import NotificationInfrastructure
import Postgres
import TestKit
import Testing

/// The last known copies of customers, in a real database.
@Suite struct CustomerCopiesTests {
    private struct Bench: Sendable {
        let database: TestDatabase
        let units: PostgresUnitOfWorkProvider
        let copies: PostgresCustomerCopies

        static func with(_ body: @Sendable (Bench) async throws -> Void) async throws {
            try await TestDatabase.with(migrator: "NotificationMigrator") { database in
                try await body(
                    Bench(
                        database: database, units: PostgresUnitOfWorkProvider(database.pool),
                        copies: PostgresCustomerCopies(database.pool)))
            }
        }

        func keep(_ customers: Customer...) async throws {
            try await units.perform { try await copies.keep(HeardCustomers(found: customers), in: $0) }
        }

        func erase(_ customer: EntityID) async throws {
            let data = PostgresCustomerData(database.pool)
            try await units.perform { try await EraseCustomer(data)(customer, in: $0) }
        }
    }

    private func ann(_ id: EntityID = .v7(), email: String = "ann@example.org") -> Customer {
        Customer(
            id: id, name: "Ann 🍵", email: email, locale: .english,
            preferences: Preferences(isOptedOut: true, kinds: [.orderConfirmed: false, .orderFollowUp: true]))
    }

    @Test func whatIsKeptIsReadAsItWas() async throws {
        try await Bench.with { bench in
            let (ann, nobody) = (ann(), Customer(id: .v7()))
            try await bench.keep(ann, nobody)
            let read = try await bench.copies.copies(of: [ann.id, nobody.id, .v7()])
            #expect(read == [ann.id: ann, nobody.id: nobody])
            let none = try await bench.copies.copies(of: [])
            #expect(none == [:])
        }
    }

    @Test func theNewestCopyStays() async throws {
        try await Bench.with { bench in
            let old = ann(email: "old@example.org")
            let new = ann(old.id, email: "new@example.org")
            try await bench.keep(old)
            try await bench.keep(new, new)
            #expect(try await bench.copies.copies(of: [old.id]) == [old.id: new])
            // One that was heard later, by a clock that is ahead, is not replaced.
            try await bench.database.pool.execute("UPDATE customers SET fetched_at = now() + interval '1 hour'")
            try await bench.keep(old)
            #expect(try await bench.copies.copies(of: [old.id]) == [old.id: new])
        }
    }

    @Test func aCustomerWhomTheServiceDoesNotHaveAnyMoreIsForgotten() async throws {
        try await Bench.with { bench in
            let (gone, bob) = (ann(), ann(email: "bob@example.org"))
            try await bench.keep(gone, bob)
            let heard = HeardCustomers(found: [bob], unknown: [gone.id, .v7()])
            try await bench.units.perform { try await bench.copies.keep(heard, in: $0) }
            let read = try await bench.copies.copies(of: [gone.id, bob.id])
            #expect(read == [bob.id: bob])
        }
    }

    @Test func anErasedCustomerIsExportedBeforeAndNotKeptAgain() async throws {
        try await Bench.with { bench in
            let (ann, bob) = (ann(), ann(email: "bob@example.org"))
            try await bench.keep(ann, bob)
            let data = PostgresCustomerData(bench.database.pool)
            let held = try await data.record(of: ann.id).texts
            #expect(held.map(\.heldIn) == ["customers"] && held.first?.text.contains("ann@example.org") == true)
            try await bench.erase(ann.id)
            try await bench.keep(ann, bob)
            #expect(try await bench.copies.copies(of: [ann.id, bob.id]) == [bob.id: bob])
            #expect(try await bench.database.tables(holding: "ann@example.org") == [])
            #expect(try await data.record(of: ann.id).texts == [])
        }
    }

    /// Would catch a look for the erasure that keeping does not keep from happening.
    @Test func keepingAndErasingAtTheSameTimeKeepsNothing() async throws {
        try await Bench.with { bench in
            for _ in 0..<20 {
                let ann = ann()
                async let kept: Void = bench.keep(ann)
                async let erased: Void = bench.erase(ann.id)
                _ = try await (kept, erased)
            }
            #expect(try await bench.database.tables(holding: "ann@example.org") == [])
        }
    }

    @Test func copiesThatAreOldAreForgotten() async throws {
        try await Bench.with { bench in
            let (old, young) = (ann(), ann())
            try await bench.keep(old, young)
            try await bench.database.pool.execute(
                "UPDATE customers SET fetched_at = now() - interval '31 days' WHERE customer_id = $1", [.id(old.id)])
            let rule = RetentionRule.customerCopies(kept: .seconds(30 * 86_400))
            let deleted = try await Retention(of: [rule], in: bench.database.pool).apply(rule)
            #expect(deleted == 1)
            #expect(try await bench.copies.copies(of: [old.id, young.id]) == [young.id: young])
        }
    }
}
