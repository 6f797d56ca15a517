import DomainKit
import NotificationApplication
import NotificationDomain
import NotificationInfrastructure
import TestKit
import Testing

/// The shop's operator is told once a day what ran low.
@Suite struct LowStockDigestTests {
    /// Would catch a digest by each worker, and one that tells again of what was told.
    @Test func eachDayGivesOneDigestOfWhatRanLowSinceTheLast() async throws {
        try await ScheduleBench.with { bench in
            try await bench.work()
            for day in 1...4 {
                try await bench.runLow(sku: "B-\(day)", available: day)
                try await bench.runLow(sku: "A-\(day)", available: 0)
                #expect(try await bench.digests().count == day - 1)
                bench.clock.advance(by: ScheduleBench.day)
                try await bench.work()
                try await bench.work()
                let digests = try await bench.digests()
                #expect(digests.count == day)
                #expect(digests.last?.map(\.sku) == ["A-\(day)", "B-\(day)"])
                #expect(digests.last?.map(\.available) == [0, day])
            }
            let notifications = try await bench.notifications()
            #expect(
                notifications.allSatisfy { $0.recipient == "operator" && $0.orderID == nil && $0.customerID == nil })
            #expect(Set(try await bench.entries(.done).compactMap(\.outcome)) == ["told of 2 products"])
        }
    }

    @Test func theOperatorReadsWhatRanLow() async throws {
        try await ScheduleBench.with(operatorEmail: "ops@example.org") { bench in
            try await bench.work()
            try await bench.runLow(available: 3)
            bench.clock.advance(by: ScheduleBench.day)
            try await bench.work()
            await bench.notification.deliver()
            let digest = try #require(try await bench.notifications().first)
            #expect(digest.status == .sent && digest.recipient == "ops@example.org")
            #expect(digest.message?.subject == "Running low: 1")
            #expect(digest.message?.text.contains("Tee ö (TEA-1): 3 left, threshold 10") == true)
        }
    }

    @Test func nothingIsToldWhereNothingRanLow() async throws {
        try await ScheduleBench.with { bench in
            try await bench.work()
            bench.clock.advance(by: ScheduleBench.day)
            try await bench.work()
            #expect(try await bench.digests().isEmpty)
            #expect(try await bench.entries(.done).map(\.outcome) == ["nothing ran low"])
            #expect(try await bench.entries(.waiting).count == 1)
        }
    }

    @Test func aProductThatFellTwiceIsInItOnceWithItsLatestFigures() async throws {
        try await ScheduleBench.with { bench in
            try await bench.work()
            let tea = EntityID.v7()
            let first = bench.lowProduct(tea, available: 9)
            bench.clock.advance(by: .seconds(60))
            let second = bench.lowProduct(tea, available: 2)
            // In one batch, in two, out of order and again: the latest counts.
            try await bench.runLow([second, first])
            try await bench.runLow([first])
            try await bench.runLow([second])
            bench.clock.advance(by: ScheduleBench.day)
            try await bench.work()
            #expect(try await bench.digests().map { $0.map(\.available) } == [[2]])
            // What was told is told again only where the product fell again.
            try await bench.runLow([first, second])
            bench.clock.advance(by: ScheduleBench.day)
            try await bench.work()
            #expect(try await bench.digests().count == 1)
            try await bench.runLow(tea, available: 5)
            bench.clock.advance(by: ScheduleBench.day)
            try await bench.work()
            #expect(try await bench.digests().map { $0.map(\.available) } == [[2], [5]])
        }
    }

    @Test func daysOnWhichNoWorkerRanGiveOneDigest() async throws {
        try await ScheduleBench.with { bench in
            try await bench.work()
            try await bench.runLow()
            bench.clock.advance(by: ScheduleBench.day * 5)
            try await bench.work()
            #expect(try await bench.digests().count == 1)
            #expect(try await bench.entries(.done).count == 1)
            let next = try #require(try await bench.entries(.waiting).first)
            #expect(next.dueAt == ShopCalendar(.utc).next(TimeOfDay(hour: 6), after: bench.clock.now))
        }
    }

    /// Around the night in which clocks skip an hour: a digest each day, at six by the clock on the wall.
    @Test func aDigestComesAtTheTimeOnTheClocksOfTheShop() async throws {
        let vienna = ShopCalendar(.init("Europe/Vienna") ?? .utc)
        let start = try #require(Timestamp("2026-03-27T12:00:00Z"))
        try await ScheduleBench.with(at: start) { bench in
            try await bench.work(calendar: vienna)
            var due: [String] = []
            for _ in 0..<4 {
                let next = try #require(try await bench.entries(.waiting).first)
                due.append(String(next.dueAt.description.prefix(16)))
                bench.clock.set(to: next.dueAt)
                try await bench.work(calendar: vienna)
            }
            #expect(due == ["2026-03-28T05:00", "2026-03-29T04:00", "2026-03-30T04:00", "2026-03-31T04:00"])
        }
    }

    /// Falls that are heard of while the digest is made are in this one or in the next, and in no other.
    @Test func noFallIsLostOrToldTwiceWhileDigestsAreMade() async throws {
        try await ScheduleBench.with { bench in
            try await bench.work()
            try await withThrowingTaskGroup { group in
                for task in 0..<4 {
                    group.addTask {
                        for index in 0..<15 { try await bench.runLow(sku: "SKU-\(task)-\(index)") }
                    }
                }
                group.addTask {
                    for _ in 0..<6 {
                        bench.clock.advance(by: ScheduleBench.day)
                        try await bench.work(3)
                    }
                }
                try await group.waitForAll()
            }
            bench.clock.advance(by: ScheduleBench.day)
            try await bench.work()
            let told = try await bench.digests().joined().map(\.sku)
            #expect(told.count == 60 && Set(told).count == 60)
        }
    }
}
