import DomainKit
import Lifecycle
import Messaging
import NotificationApplication
import NotificationDomain
import NotificationInfrastructure
import OrderContracts
import TestKit
import Testing

@testable import NotificationWorker

@Suite struct NotificationWorkerTests {
    @Test func eventsOfOrdersBecomeNotificationsThroughTheBroker() async throws {
        try await NotificationFixture.with { notification in
            try await TestVhost.with { vhost in
                let (confirmed, cancelled) = (try someOrder(), try someOrder())
                try await notification.withWorker(on: vhost) {
                    // Order's part: the events go through an outbox and the exchange. Twice is a repeated message.
                    for _ in 0..<2 {
                        try await notification.units.perform { work in
                            let cause = Cause(correlationID: "request")
                            try await work.publish(OrderConfirmed(order: confirmed), cause: cause)
                            try await work.publish(OrderCancelled(order: cancelled, reason: "sold out"), cause: cause)
                        }
                    }
                    // Nobody listens to what became of them, and yet it leaves the outbox.
                    try await eventually("everything is told and published") {
                        let pool = notification.database.pool
                        let told = try await pool.first("SELECT count(*) FROM notifications WHERE status = 'Sent'") {
                            try $0.int(0)
                        }
                        let handled = try await pool.first("SELECT count(*) FROM processed_messages") { try $0.int(0) }
                        let waiting = try await pool.first("SELECT count(*) FROM outbox") { try $0.int(0) }
                        return told == 2 && handled == 4 && waiting == 0
                    }
                }
                let first = try await notification.notifications(of: confirmed)
                #expect(first.map(\.template) == [.orderConfirmed])
                let second = try await notification.notifications(of: cancelled)
                #expect(second.map(\.template) == [.orderCancelled])
                #expect((first + second).allSatisfy { $0.status == .sent })
            }
        }
    }
}

extension NotificationFixture {
    /// Runs relay and consumers, as `notification-worker` does, while `body` runs.
    fileprivate func withWorker(on vhost: TestVhost, _ body: @Sendable () async throws -> Void) async throws {
        let (pool, wakeUp, shutdown) = (database.pool, OutboxWakeUp(), ShutdownSignal())
        let outbox = DeliverySteps(
            units: PostgresUnitOfWorkProvider(pool, wakeUp: wakeUp), advance: steps.advance, lookUp: steps.lookUp,
            templates: steps.templates, repository: steps.repository, deliver: steps.deliver)
        let services: [any Service] = [
            DeliveryLane(for: .log, through: LogChannel(), steps: outbox, wakeUp: self.wakeUp),
            DeliveryLane(for: .email, through: LogChannel(), steps: outbox, wakeUp: self.wakeUp),
            OutboxRelay(from: pool, to: vhost.broker(), wakeUp: wakeUp),
            Consumer(
                .orderConfirmed, on: vhost.broker(), inbox: pool, wakeUp: wakeUp,
                handler: { try await confirm($0, in: $1) }),
            Consumer(
                .orderCancelled, on: vhost.broker(), inbox: pool, wakeUp: wakeUp,
                handler: { try await cancel($0, in: $1) }),
        ]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for service in services { group.addTask { try await service.run(until: shutdown) } }
            defer { shutdown.trigger() }
            try await body()
        }
    }
}
