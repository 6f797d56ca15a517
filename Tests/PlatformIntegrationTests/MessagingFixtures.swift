import AMQP
import DomainKit
import JSON
import Lifecycle
import Locking
import Messaging
import Observability
import Postgres
import TestKit

/// An event whose consumer is there in most tests.
struct ParcelSent: IntegrationEvent, Equatable {
    static let type = "ParcelSent"
    static let routingKey = "parcel.sent"
    static let aggregateType = "parcel"
    let parcelID: EntityID
    let number: Int
    var aggregateID: EntityID { parcelID }

    init(_ parcelID: EntityID = .v7(), _ number: Int = 0) {
        self.parcelID = parcelID
        self.number = number
    }

    init?(json: JSONReader) {
        guard let id = json["parcelId"].required(EntityID.self), let number = json["number"].required(Int.self) else {
            return nil
        }
        self.init(id, number)
    }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("parcelId", parcelID)
            json.field("number", number)
        }
    }
}

/// An event of the same aggregates that goes to another queue.
struct ParcelLost: IntegrationEvent {
    static let type = "ParcelLost"
    static let routingKey = "parcel.lost"
    static let aggregateType = "parcel"
    let parcelID: EntityID
    var aggregateID: EntityID { parcelID }

    init(_ parcelID: EntityID) { self.parcelID = parcelID }

    init?(json: JSONReader) {
        guard let id = json["parcelId"].required(EntityID.self) else { return nil }
        self.init(id)
    }

    func write(to json: inout JSONWriter) { json.object { $0.field("parcelId", parcelID) } }
}

/// An event that nobody need listen to.
struct ParcelWeighed: IntegrationEvent {
    static let type = "ParcelWeighed"
    static let routingKey = "parcel.weighed"
    static let aggregateType = "parcel"
    static let mustBeRouted = false
    let aggregateID: EntityID

    init(_ id: EntityID) { aggregateID = id }
    init?(json: JSONReader) { nil }
    func write(to json: inout JSONWriter) { json.object { _ in } }
}

/// A database with outbox and inbox, a vhost, and what most tests do with them.
struct MessagingBench: Sendable {
    static let cause = Cause(
        correlationID: "test", traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")

    let database: TestDatabase
    let vhost: TestVhost
    let log = MemorySink()
    var pool: PostgresPool { database.pool }
    var logger: Logger { Logger(service: "test", level: .info, sink: log) }
    let metrics = MetricsRegistry()
    let parcels = Subscription(consumer: "depot", to: ParcelSent.self)
    let losses = Subscription(consumer: "depot", to: ParcelLost.self)

    static func with(_ body: @Sendable (MessagingBench) async throws -> Void) async throws {
        try await TestDatabase.with(poolSize: 10) { database in
            let folder = "\(checkoutFolder)/Migrators/OrderMigrator/SQL"
            let scripts = try [
                "V0001__messaging.sql", "V0003__dead_letters.sql", "V0004__inbox_partitions.sql",
                "V0005__idempotency_keys.sql", "V0006__erased_people.sql",
            ].map {
                String(decoding: try contents(of: "\(folder)/\($0)"), as: UTF8.self)
            }
            try await database.pool.withConnection { connection in
                for script in scripts { try await connection.script(script) }
                try await connection.script(
                    "CREATE TABLE handled (position bigint GENERATED ALWAYS AS IDENTITY, parcel_id uuid, number int)")
            }
            try await TestVhost.with { vhost in try await body(MessagingBench(database: database, vhost: vhost)) }
        }
    }

    // MARK: - Parts

    func provider(wakeUp: OutboxWakeUp? = nil) -> PostgresUnitOfWorkProvider {
        PostgresUnitOfWorkProvider(pool, wakeUp: wakeUp)
    }

    func relay(wakeUp: OutboxWakeUp = OutboxWakeUp(), name: String = "test", pool: PostgresPool? = nil) -> OutboxRelay {
        OutboxRelay(
            from: pool ?? self.pool, to: vhost.broker(name: name), wakeUp: wakeUp,
            settings: RelaySettings(pollInterval: .milliseconds(50), unroutableRetryLimit: .milliseconds(500)),
            logger: logger, metrics: metrics)
    }

    /// A consumer that writes down what it handles.
    func consumer(
        wakeUp: OutboxWakeUp? = nil, retryDelays: [Duration] = [.milliseconds(50), .milliseconds(100)],
        pool: PostgresPool? = nil, clock: any WallClock = SystemClock(),
        whenGivenUp: Consumer<ParcelSent>.GivenUp? = nil,
        before: @escaping @Sendable ([Received<ParcelSent>]) async throws -> Void = { _ in }
    ) -> Consumer<ParcelSent> {
        Consumer(
            parcels, on: vhost.broker(), inbox: pool ?? self.pool, wakeUp: wakeUp,
            settings: ConsumerSettings(retryDelays: retryDelays), logger: logger, clock: clock, metrics: metrics,
            whenGivenUp: whenGivenUp
        ) { received, work in
            try await before(received)
            try await work.sql.execute(
                "INSERT INTO handled (parcel_id, number) SELECT * FROM unnest($1::uuid[], $2::int[])",
                [.ids(received.map(\.event.parcelID)), .ints(received.map(\.event.number))])
        }
    }

    /// Runs `services` beside `body`, and stops them after it.
    func running(_ services: any Service..., body: @Sendable () async throws -> Void) async throws {
        let shutdown = ShutdownSignal()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for service in services { group.addTask { try await service.run(until: shutdown) } }
            defer { shutdown.trigger() }
            for service in services {
                try await eventually("\(service.name) is healthy") { service.health.isHealthy }
            }
            try await body()
        }
    }

    // MARK: - Doing

    /// Declares the queues of both subscriptions, as their consumers would.
    func declareQueues() async throws {
        try await vhost.withConnection { connection in
            for (queue, key) in [(parcels.queue, ParcelSent.routingKey), (losses.queue, ParcelLost.routingKey)] {
                try await connection.declare(
                    SubscriptionTopology(queue: queue, routingKey: key, retryDelays: []).topology)
            }
        }
    }

    func publish(_ events: any IntegrationEvent..., wakeUp: OutboxWakeUp? = nil) async throws {
        try await publish(events, wakeUp: wakeUp)
    }

    func publish(_ events: [any IntegrationEvent], wakeUp: OutboxWakeUp? = nil) async throws {
        try await provider(wakeUp: wakeUp).perform { work in
            for event in events { try await work.publish(event, cause: Self.cause) }
        }
    }

    /// Sends events straight to the consumer's queue, as the relay would have.
    func send(_ messages: [OutgoingMessage]) async throws { try await vhost.publish(messages) }

    func message(_ event: ParcelSent, id: EntityID = .v7()) -> OutgoingMessage {
        OutgoingMessage(
            exchange: "", routingKey: parcels.queue, messageID: id.description, type: ParcelSent.type,
            body: event.jsonBytes)
    }

    // MARK: - Looking

    func outboxCount() async throws -> Int {
        try await pool.first("SELECT count(*) FROM outbox") { try $0.integer(0) } ?? -1
    }

    /// The numbers of the parcels that were handled, in the order of handling.
    func handled() async throws -> [Int] {
        try await pool.query("SELECT number FROM handled ORDER BY position") { try $0.integer(0) }
    }

    func events(_ count: Int) async throws -> [ParcelSent] {
        try await vhost.take(count, from: parcels.queue).map {
            try JSONReader.decode(ParcelSent.self, from: try JSONValue(parsing: $0.body))
        }
    }
}

/// What a test's handler counts, or whether it is to fail.
final class Box<Value: Sendable>: Sendable {
    private let mutex: Mutex<Value>
    init(_ value: Value) { mutex = Mutex(value) }
    var value: Value { mutex.withLock { $0 } }
    func update(_ change: (inout Value) -> Void) { mutex.withLock { change(&$0) } }
}

struct HandlerFailed: Error {}
