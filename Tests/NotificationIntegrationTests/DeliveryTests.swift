import DomainKit
import Lifecycle
import Messaging
import NotificationApplication
import NotificationDomain
import NotificationInfrastructure
import Observability
import OrderContracts
import TestKit
import Testing

@testable import NotificationWorker

@Suite struct DeliveryTests {
    private func wanted(_ lease: EntityID, on channel: Channel) -> WantedDeliveries {
        WantedDeliveries(channel: channel, limit: 10, lease: DeliveryLease(lease, for: .seconds(3_600)))
    }

    @Test func whatIsTakenIsNobodyElsesUntilTheLeaseEndsAndThenNothingIsRecordedUnderIt() async throws {
        try await NotificationFixture.with { notification in
            let queue = PostgresDeliveryQueue(notification.database.pool)
            let order = try someOrder()
            try await notification.announce(confirmed: [order])
            let channel = try #require(try await notification.notifications(of: order).first?.channel)
            let (first, second) = (EntityID.v7(), EntityID.v7())
            let taken = try await notification.units.perform { work in
                try await queue.exchange(nil, for: wanted(first, on: channel), in: work).taken
            }
            let delivery = try #require(taken.first)
            let others = try await notification.units.perform { work in
                try await queue.exchange(nil, for: wanted(second, on: channel), in: work).taken
            }
            #expect(others.isEmpty)
            try await notification.makeDue()
            let again = try await notification.units.perform { work in
                try await queue.exchange(nil, for: wanted(second, on: channel), in: work).taken
            }
            #expect(again.map(\.notification.id) == [delivery.notification.id])
            let result = DeliveryResult(.skipped(reason: "test"), of: delivery, on: .log, to: .shopOperator)
            let late = try await notification.units.perform { work in
                try await queue.exchange(FinishedDeliveries(lease: first, results: [result]), for: nil, in: work)
            }
            #expect(late.recorded.isEmpty)
            let recorded = try await notification.units.perform { work in
                try await queue.exchange(FinishedDeliveries(lease: second, results: [result]), for: nil, in: work)
            }
            #expect(recorded.recorded == [delivery.notification.id])
        }
    }

    /// Would catch a look without a lock on what it finds, a lease that others do not respect, and a result that is recorded
    /// whoever holds the lease.
    @Test func severalWorkersAtOnceDeliverEachOnce() async throws {
        let channel = TestChannel()
        try await NotificationFixture.with(channel: channel) { notification in
            let orders = try (0..<60).map { _ in try someOrder() }
            try await notification.announce(confirmed: orders)
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<6 { group.addTask { await notification.deliver() } }
            }
            let handedOver = await channel.taken.compactMap(\.orderID)
            #expect(handedOver.count == 60 && Set(handedOver) == Set(orders.map(\.orderID)))
            #expect(try await notification.count("notifications WHERE status = 'Sent' AND attempts = 1") == 60)
            #expect(try await notification.count("notification_attempts") == 60)
            #expect(try await notification.count("deliveries") == 0)
            #expect(try await notification.outbox().count == 60)
        }
    }

    @Test func whatCannotBeTakenNowIsTriedSixTimesAndFailsThen() async throws {
        let channel = TestChannel { _ throws(DeliveryFailed) in throw DeliveryFailed(reason: "busy", isTemporary: true)
        }
        try await NotificationFixture.with(channel: channel) { notification in
            let order = try someOrder()
            try await notification.confirm(order)
            let pending = try #require(try await notification.notifications(of: order).first)
            #expect(pending.status == .pending && pending.attempts == 1 && pending.reason == "busy")
            #expect(
                try await notification.count("deliveries WHERE due_at > now() AND lease IS NULL AND tries = 1") == 1)
            #expect(try await notification.outbox().isEmpty)
            for _ in 0..<8 {
                try await notification.makeDue()
                await notification.deliver()
            }
            let failed = try #require(try await notification.notifications(of: order).first)
            #expect(failed.status == .failed && failed.attempts == 6)
            let history = try await notification.history(of: order)
            #expect(history.map(\.outcome) == [.deferred, .deferred, .deferred, .deferred, .deferred, .failed])
            #expect(
                history.map(\.number) == Array(1...6) && history.allSatisfy { $0.round == 0 && $0.detail == "busy" })
            #expect(try await notification.outbox().map(\.type) == ["NotificationFailed"])
            // All attempts were to deliver one and the same message.
            let messages = await channel.taken
            #expect(Set(messages.map(\.notificationID)).count == 1 && Set(messages.map(\.round)) == [0])
            #expect(Set(messages.map(\.message.text)).count == 1)
            #expect(try await notification.count("deliveries WHERE due_at IS NULL") == 1)
        }
    }

    @Test func oneThatCannotBeRecordedHarmsNoOtherAndIsNotSentForEver() async throws {
        let channel = TestChannel(batchSize: 10)
        try await NotificationFixture.with(channel: channel) { notification in
            try await notification.database.pool.execute(
                """
                ALTER TABLE notifications ADD CONSTRAINT refused
                CHECK (status <> 'Sent' OR recipient <> 'bad@example.org') NOT VALID
                """)
            let orders = [try someOrder(), try someOrder(email: "bad@example.org"), try someOrder()]
            try await notification.confirm(orders)
            var told: [Notification.Status] = []
            for order in orders { told += try await notification.notifications(of: order).map(\.status) }
            #expect(told == [.sent, .failed, .sent])
            #expect(await channel.taken.count == 3)
            #expect(try await notification.count("deliveries WHERE due_at IS NOT NULL") == 0)
        }
    }

    @Test func whoIsToldToStopGivesBackWhatWasNotBegun() async throws {
        let shutdown = ShutdownSignal()
        let channel = TestChannel(batchSize: 10) { _ in shutdown.trigger() }
        try await NotificationFixture.with(channel: channel) { notification in
            try await notification.announce(confirmed: [try someOrder(), try someOrder(), try someOrder()])
            for wanted in [Channel.log, .email] { await notification.loop(wanted).deliverAll(until: shutdown) }
            #expect(await channel.taken.count == 1)
            #expect(try await notification.count("notifications WHERE status = 'Sent'") == 1)
            #expect(
                try await notification.count("deliveries WHERE due_at <= now() AND lease IS NULL AND tries = 0") == 2)
        }
    }

    @Test func aLaneThatIsToldToStopFinishesWhatIsUnderWayAndTakesNothingMore() async throws {
        let (gate, shutdown) = (Gate(), ShutdownSignal())
        let channel = TestChannel { _ in await gate.pass() }
        try await NotificationFixture.with(channel: channel) { notification in
            try await notification.announce(confirmed: [try someOrder(), try someOrder()])
            let wanted = try #require(
                try await notification.database.pool.first("SELECT channel FROM deliveries") { try $0.text(0) })
            let lane = DeliveryLane(
                for: try #require(Channel(rawValue: wanted)), through: channel, steps: notification.steps,
                wakeUp: notification.wakeUp)
            async let run: Void = lane.run(until: shutdown)
            await gate.isReached()
            shutdown.trigger()
            gate.open()
            await run
            #expect(await channel.taken.count == 1)
            #expect(try await notification.count("notifications WHERE status = 'Sent'") == 1)
            #expect(try await notification.count("deliveries WHERE due_at <= now() AND lease IS NULL") == 1)
        }
    }

    @Test func factsOfWhatWasNotDeliveredAreForgottenAndNothingElse() async throws {
        let channel = TestChannel { _ throws(DeliveryFailed) in throw DeliveryFailed(reason: "no") }
        try await NotificationFixture.with(channel: channel) { notification in
            let pool = notification.database.pool
            try await notification.confirm(try someOrder(), try someOrder())
            try await notification.announce(confirmed: [try someOrder()])
            let rule = RetentionRule.parkedDeliveries(kept: .seconds(30 * 86_400))
            let retention = Retention(of: [rule], in: pool)
            #expect(try await retention.apply(rule) == 0)
            let all = RetentionRule.parkedDeliveries(kept: .zero)
            try await Task.sleep(for: .milliseconds(3))
            #expect(try await retention.apply(all) == 2)
            #expect(try await notification.count("deliveries WHERE due_at IS NOT NULL") == 1)
            #expect(try await notification.count("notifications") == 3)
        }
    }

    @Test func aLaneDeliversWhatItIsToldOfAndAWatchFindsWhatNobodyTold() async throws {
        try await NotificationFixture.with { notification in
            let shutdown = ShutdownSignal()
            let lanes = [Channel.log, .email].map { wanted in
                DeliveryLane(for: wanted, through: LogChannel(), steps: notification.steps, wakeUp: notification.wakeUp)
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for lane in lanes { group.addTask { await lane.run(until: shutdown) } }
                defer { shutdown.trigger() }
                try await notification.announce(confirmed: [try someOrder()])
                try await eventually("the lane has delivered what was committed here") {
                    try await notification.count("notifications WHERE status = 'Sent'") == 1
                }
                // Written by another process: nothing is told in this one.
                let other = NotificationFixture.beside(notification)
                try await other.announce(confirmed: [try someOrder()])
                let watch = DeliveryWatch(
                    PostgresDeliveryQueue(notification.database.pool), channels: Channel.allCases,
                    wakeUp: notification.wakeUp, interval: .milliseconds(50), metrics: MetricsRegistry())
                group.addTask { await watch.run(until: shutdown) }
                try await eventually("the watch has found what another process wrote") {
                    try await notification.count("notifications WHERE status = 'Sent'") == 2
                }
            }
        }
    }
}

extension NotificationFixture {
    func loop(_ wanted: Channel) -> DeliveryLoop {
        DeliveryLoop(wanted: wanted, channel: channel, steps: steps, logger: .silent)
    }

    /// Lets time pass: whatever is to be delivered is due, and every lease has ended.
    func makeDue() async throws {
        try await database.pool.execute("UPDATE deliveries SET due_at = now() WHERE due_at IS NOT NULL")
    }

    func count(_ rows: String) async throws -> Int {
        try await database.pool.first("SELECT count(*) FROM \(rows)") { try $0.integer(0) } ?? 0
    }

    /// Every attempt to deliver an order's only notification.
    func history(of order: OrderSnapshot) async throws -> [DeliveryAttempt] {
        guard let id = try await notifications(of: order).first?.id else { return [] }
        return try await PostgresNotificationLog(database.pool).notification(id)?.attempts ?? []
    }
}
