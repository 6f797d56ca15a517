import AMQP
import DomainKit
import Lifecycle
import Observability
import Postgres

/// Moves the messages of one dead-letter queue to the table `dead_letters`, where a person can see and redrive them.
///
/// A message is acknowledged after the commit; one that comes twice is known by its id and the number of its redrive.
/// One that dies again after a redrive updates its row and adds to its history. While the database or the broker is
/// away it waits. A message that cannot be stored stays in its queue, and harms no other.
public final class DeadLetterCollector: Service {
    public let name: String
    private static let batchSize = 64

    private let consumer: String
    private let queue: String
    private let connection: AMQPConnection
    private let heartbeat: Duration
    private let pool: PostgresPool
    private let logger: Logger
    private let clock: any WallClock
    private let status: ConnectionStatus
    private let collected: Counter

    /// - Parameters:
    ///   - subscription: whose dead letters to collect.
    ///   - broker: where the queue is; one connection.
    ///   - pool: where the table is.
    public init<Event: IntegrationEvent>(
        _ subscription: Subscription<Event>, on broker: BrokerSettings, into pool: PostgresPool,
        logger: Logger = .silent, clock: any WallClock = SystemClock(), metrics: MetricsRegistry = .shared
    ) {
        consumer = subscription.queue
        queue = subscription.deadLetterQueue
        name = "dead-letters \(subscription.queue)"
        connection = AMQPConnection(broker.named("\(broker.name) \(subscription.deadLetterQueue)"))
        heartbeat = broker.heartbeat
        self.pool = pool
        self.logger = logger.with(.queue(subscription.deadLetterQueue))
        self.clock = clock
        status = ConnectionStatus(logger: self.logger)
        collected = metrics.counter(
            "dead_letters_collected_total", help: "Deaths of messages that were written down, by consumer.")
    }

    public var health: Health { status.health }

    public func run(until shutdown: ShutdownSignal) async {
        let observer = shutdown.onTrigger { self.connection.interrupt() }
        await Reconnection(connection: connection, status: status, timing: SystemTiming()).run(
            until: shutdown, servingHeartbeatsOf: [connection], every: max(heartbeat / 3, .seconds(1))
        ) {
            try await collect(until: shutdown)
        }
        shutdown.removeObserver(observer)
    }

    private func collect(until shutdown: ShutdownSignal) async throws {
        let pause = Pause(until: shutdown, logger: logger, timing: SystemTiming())
        try await connection.open()
        try await connection.declare(
            Topology(queues: [SubscriptionTopology.deadLetterQueue(named: queue)]))
        try await connection.consume(queue, prefetch: 200)
        status.didReach()
        while !shutdown.isTriggered {
            let batch = try await connection.receive(max: Self.batchSize, wait: .seconds(60))
            for tag in try await settle(batch, pause) { try await connection.acknowledge(tag) }
        }
    }

    /// Stores all, or each alone where that fails.
    /// - Returns: the tags of those that are stored.
    private func settle(_ batch: [Delivery], _ pause: Pause) async throws -> [UInt64] {
        guard !batch.isEmpty else { return [] }
        do {
            try await pause.whileAway { try await self.store(batch) }
            return batch.map(\.tag)
        } catch let stop as ConsumerStopped {
            throw stop
        } catch  where batch.count == 1 {
            // Unacknowledged, it is delivered again with the next connection.
            logger.error("dead letter cannot be stored and stays in its queue", .error(error))
            return []
        } catch {
            var tags: [UInt64] = []
            for delivery in batch { tags += try await settle([delivery], pause) }
            return tags
        }
    }

    private func store(_ batch: [Delivery]) async throws {
        let now = clock.now
        let new = try await pool.transaction { transaction in
            var new = 0
            for delivery in batch {
                if try await DeadMessage(delivery, at: now).store(for: consumer, at: now, in: transaction) { new += 1 }
            }
            return new
        }
        guard new > 0 else { return }
        collected.increment(by: new, ["consumer": consumer])
        logger.warn("dead letters wait for a person", .count(new))
    }
}

extension DeadMessage {
    /// Writes the death down: the row, and an entry of its history.
    /// - Returns: false where that was done before.
    func store(
        for consumer: String, at now: Timestamp, in transaction: PostgresTransaction
    ) async throws(PostgresError) -> Bool {
        try await transaction.execute(
            """
            WITH death AS (
                INSERT INTO dead_letters AS known
                    (consumer, message_id, sent_message_id, type, aggregate_type, aggregate_id, occurred_at, headers, body,
                     reason, attempts, first_failed_at, last_failed_at, died_at, redrives, last_death)
                VALUES ($1::text,
                        coalesce($2::uuid, md5(convert_to($1::text || coalesce($3::text, ''), 'UTF8') || $9::bytea)::uuid),
                        $3, $4, $5, $6, $7, $8::json, $9, $10, $11, $12, $13, $14, $15, $15)
                ON CONFLICT (message_id, consumer) DO UPDATE SET
                    headers = excluded.headers, body = excluded.body, reason = excluded.reason,
                    attempts = known.attempts + excluded.attempts, last_failed_at = excluded.last_failed_at,
                    died_at = excluded.died_at, redrives = greatest(known.redrives, excluded.redrives),
                    last_death = excluded.last_death,
                    status = CASE WHEN excluded.last_death < known.redrives THEN known.status ELSE 'Waiting' END
                WHERE known.last_death < excluded.last_death
                RETURNING consumer, message_id, reason, redrive_id
            )
            INSERT INTO dead_letter_actions (consumer, message_id, action, at, detail, redrive_id)
            SELECT consumer, message_id, 'Died', $14, reason, redrive_id FROM death
            """,
            [
                .text(consumer), .id(messageID), .text(sentMessageID), .text(type), .text(aggregateType),
                .id(aggregateID), .timestamp(occurredAt), .text(headers), .bytes(body), .text(reason), .int(attempts),
                .timestamp(firstFailedAt), .timestamp(lastFailedAt), .timestamp(now), .int(redrive),
            ]) > 0
    }
}
