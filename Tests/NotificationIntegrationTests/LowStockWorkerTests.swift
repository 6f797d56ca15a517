import DomainKit
import Lifecycle
import Messaging
import NotificationApplication
import NotificationInfrastructure
import NotificationWorker
import StockContracts
import TestKit
import Testing

@Suite struct LowStockWorkerTests {
    /// Stock's event goes through an outbox, the exchange and the queue. Twice is a repeated message.
    @Test func aProductThatRanLowIsInTheNextDigest() async throws {
        try await ScheduleBench.with { bench in
            try await TestVhost.with { vhost in
                let (pool, shutdown) = (bench.notification.database.pool, ShutdownSignal())
                let record = RecordLowStock(PostgresLowStockRepository())
                let wakeUp = OutboxWakeUp()
                let services: [any Service] = [
                    OutboxRelay(from: pool, to: vhost.broker(), wakeUp: wakeUp),
                    Consumer(
                        .productRunLow, on: vhost.broker(), inbox: pool, wakeUp: wakeUp,
                        handler: { try await record($0, in: $1) }),
                ]
                #expect(Subscription.productRunLow.queue == "notification.stock-product-run-low")
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for service in services { group.addTask { try await service.run(until: shutdown) } }
                    defer { shutdown.trigger() }
                    // Nobody must listen, so an event that no queue takes is gone: the consumer declares its queue first.
                    try await eventually("the consumer is there") { services.allSatisfy { $0.health.isHealthy } }
                    let tea = EntityID.v7()
                    for _ in 0..<2 {
                        try await bench.units.perform { work in
                            try await work.publish(
                                ProductRunLow(productID: tea, sku: "TEA-1", name: "Tee", available: 4, threshold: 5),
                                cause: Cause(correlationID: "request"))
                        }
                    }
                    try await eventually("both are handled") {
                        try await pool.first("SELECT count(*) FROM processed_messages") { try $0.int(0) } == 2
                    }
                    try await bench.work()
                    bench.clock.advance(by: ScheduleBench.day)
                    try await bench.work()
                    let digests = try await bench.digests()
                    #expect(digests.map { $0.map(\.productID) } == [[tea]])
                    #expect(digests.first?.first?.available == 4)
                }
            }
        }
    }
}
