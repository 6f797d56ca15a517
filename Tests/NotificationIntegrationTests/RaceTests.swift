import DomainKit
import NotificationDomain
import OrderContracts
import TestKit
import Testing

@Suite struct RaceTests {
    @Test func aConfirmationWaitsForTheCancellationOfItsOrder() async throws {
        try await NotificationFixture.with { notification in
            let order = try someOrder()
            let (isCancelling, cancelled) = AsyncStream.makeStream(of: Void.self)
            let (mayCommit, commit) = AsyncStream.makeStream(of: Void.self)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await notification.units.perform { work in
                        let event = received(OrderCancelled(order: order, reason: "sold out"))
                        try await notification.cancel([event], in: work)
                        cancelled.finish()
                        for await _ in mayCommit {}
                    }
                }
                for await _ in isCancelling {}
                group.addTask { try await notification.announce(confirmed: [order]) }
                try await notification.waitForWaitingSession()
                commit.finish()
                try await group.waitForAll()
            }
            let told = try await notification.notifications(of: order)
            #expect(
                Set(told.map { "\($0.template) \($0.status)" })
                    == ["order-cancelled pending", "order-confirmed skipped"])
        }
    }

    @Test func confirmationsAndCancellationsOfTheSameOrdersNeverDeadlockOrMislead() async throws {
        try await NotificationFixture.with { notification in
            let orders = try (0..<40).map { _ in try someOrder() }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for round in 0..<4 {
                    let mixed = orders.shuffled()
                    group.addTask {
                        for start in stride(from: 0, to: mixed.count, by: 10) {
                            let batch = Array(mixed[start..<start + 10])
                            if round.isMultiple(of: 2) {
                                try await notification.confirm(batch)
                            } else {
                                try await notification.cancel(batch)
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            await notification.deliver()
            let published = try await notification.outbox()
            for order in orders {
                let told = try await notification.notifications(of: order)
                #expect(Set(told.map(\.template)) == [.orderConfirmed, .orderCancelled])
                #expect(told.count == 2)
                let words = published.filter { $0.orderID == order.orderID }.map { $0.payload["template"]?.stringValue }
                let isSkipped = told.contains { $0.status == .skipped }
                #expect(words == (isSkipped ? ["order-cancelled"] : ["order-confirmed", "order-cancelled"]))
            }
        }
    }
}

extension NotificationFixture {
    /// Returns when a session of this database waits for an advisory lock.
    fileprivate func waitForWaitingSession() async throws {
        let sql = """
            SELECT count(*) FROM pg_locks
            WHERE locktype = 'advisory' AND NOT granted
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """
        for _ in 0..<500 {
            if try await database.pool.first(sql, as: { try $0.int(0) }) ?? 0 > 0 { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw TestTimeout()
    }
}

private struct TestTimeout: Error {}
