import AMQP
import DomainKit
import Lifecycle
import Messaging
import Postgres
import TestKit
import Testing

/// What goes wrong between a relay's publishing and its deleting.
@Suite(.timeLimit(.minutes(2))) struct RelayTrapTests {
    /// The relay hangs between confirm and delete until its session is gone, and with it the locks of its shards.
    @Test func aRelayPausedPastItsLockDeletesNothingAndTheNextLosesNothing() async throws {
        try await MessagingBench.with { bench in
            try await bench.declareQueues()
            let parcel = EntityID.v7()
            try await bench.pool.withConnection { connection in
                try await connection.script(
                    """
                    CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                        PERFORM pg_advisory_xact_lock_shared(7);
                        RETURN NULL;
                    END $$;
                    CREATE TRIGGER wait BEFORE DELETE ON outbox EXECUTE FUNCTION wait();
                    """)
            }
            let paused = PostgresPool(
                PostgresSettings(url: bench.database.url, poolSize: 1, applicationName: "paused relay"))
            let mayDelete = ShutdownSignal()
            try await bench.running(bench.relay(name: "paused", pool: paused)) {
                let isHeld = Box(false)
                let hold = Task {
                    try await bench.pool.transaction { transaction in
                        try await transaction.execute("SELECT pg_advisory_xact_lock(7)")
                        isHeld.update { $0 = true }
                        await mayDelete.wait()
                    }
                }
                try await eventually("deletes are held up") { isHeld.value }
                try await bench.publish((0..<5).map { ParcelSent(parcel, $0) })
                try await eventually("the first relay hangs in its delete") {
                    try await bench.sessions(of: "paused relay", waitingFor: "Lock") == 1
                }
                #expect(try await bench.vhost.messageCount(of: bench.parcels.queue) == 5)
                try await bench.running(bench.relay(name: "heir")) {
                    try await TestDatabase.administer(
                        """
                        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                        WHERE datname = '\(bench.database.name)' AND application_name = 'paused relay'
                        """)
                    try await eventually("the shard's next holder publishes all again") {
                        try await bench.vhost.messageCount(of: bench.parcels.queue) >= 10
                    }
                    #expect(try await bench.outboxCount() == 5)
                    mayDelete.trigger()
                    try await hold.value
                    try await eventually("the outbox is empty") { try await bench.outboxCount() == 0 }
                }
            }
            await paused.close()
            let count = try await bench.vhost.messageCount(of: bench.parcels.queue)
            let copies = try await bench.vhost.take(count, from: bench.parcels.queue)
            #expect(Set(copies.map(\.properties.messageID)).count == 5)
            var firsts: [String?] = []
            for id in copies.map(\.properties.messageID) where !firsts.contains(id) { firsts.append(id) }
            #expect(firsts == copies.prefix(5).map(\.properties.messageID))
        }
    }

    /// Some go to a queue on disk, some to no queue, some to one that is full: their confirms and rejections overtake
    /// each other. Would catch a delete by the number of confirms, or up to the highest.
    @Test func confirmsAndRejectionsInAnyOrderDeleteOnlyWhatTheBrokerHas() async throws {
        try await MessagingBench.with { bench in
            try await bench.vhost.withConnection { connection in
                try await connection.declare(
                    SubscriptionTopology(queue: bench.parcels.queue, routingKey: "parcel.sent", retryDelays: [])
                        .topology)
                try await connection.declare(
                    Topology(
                        queues: [
                            .init("full", arguments: ["x-max-length": 7, "x-overflow": "reject-publish"])
                        ], bindings: [.init("full", to: eventsExchange, routingKey: "parcel.lost")]))
            }
            let lost = (0..<100).map { _ in ParcelLost(.v7()) }
            let all: [[any IntegrationEvent]] = lost.enumerated().map { number, lost in
                [ParcelSent(.v7(), number), ParcelWeighed(.v7()), lost]
            }
            try await bench.publish(all.flatMap { $0 })
            try await bench.running(bench.relay()) {
                try await eventually("what was taken is deleted") { try await bench.outboxCount() == 93 }
                let left = try await bench.pool.query("SELECT aggregate_id FROM outbox") { try $0.id(0) }
                var taken = try await bench.vhost.take(7, from: "full").compactMap(\.parcel)
                #expect(Set(left).isDisjoint(with: taken))
                while taken.count < 100 { taken += try await bench.vhost.take(1, from: "full").compactMap(\.parcel) }
                #expect(Set(taken) == Set(lost.map(\.parcelID)))
                try await eventually("the outbox is empty") { try await bench.outboxCount() == 0 }
            }
            #expect(Set(try await bench.events(100).map(\.number)) == Set(0..<100))
        }
    }

    /// The exchange is deleted, so that the next publish closes the channel with all that is in flight.
    @Test func aChannelClosedWithPublishesInFlightLosesNothing() async throws {
        try await MessagingBench.with { bench in
            try await bench.declareQueues()
            try await bench.running(bench.relay()) {
                try await bench.vhost.management.call("DELETE", "/exchanges/\(bench.vhost.name)/\(eventsExchange)")
                try await bench.publish((0..<500).map { ParcelSent(.v7(), $0) })
                try await eventually("the relay has noticed") {
                    bench.log.lines.contains { $0.contains("connection lost") }
                }
                try await eventually("the exchange is there again") { (try? await bench.declareQueues()) != nil }
                try await eventually("the outbox is empty") { try await bench.outboxCount() == 0 }
            }
            let count = try await bench.vhost.messageCount(of: bench.parcels.queue)
            #expect(Set(try await bench.events(count).map(\.number)) == Set(0..<500))
        }
    }
}

extension MessagingBench {
    /// How many sessions of that name wait for something of that kind.
    fileprivate func sessions(of name: String, waitingFor kind: String) async throws -> Int {
        try await pool.first(
            """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND application_name = $1 AND wait_event_type = $2
            """, [.text(name), .text(kind)]
        ) { try $0.integer(0) } ?? 0
    }
}

extension Delivery {
    /// The parcel that the message is about.
    fileprivate var parcel: EntityID? { (properties.headers["cloudEvents_subject"]?.text).flatMap { EntityID($0) } }
}
