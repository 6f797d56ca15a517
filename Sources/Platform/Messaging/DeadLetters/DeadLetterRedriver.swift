import DomainKit
import Lifecycle
import Observability
import Postgres

/// Carries on what is under way with dead letters: notes which redriven messages were handled, and sends what redrives
/// of many have taken, the first message alone and the rest once it was handled.
///
/// All that it knows is in the database, so that it goes on after a restart; of several workers one at a time does a
/// step.
public final class DeadLetterRedriver: Service {
    public let name = "dead-letter-redriver"
    /// The advisory lock of a step.
    private static let lock = 0x7477_0003
    private static let batchSize = 100

    private let store: DeadLetterStore
    private let interval: Duration
    private let logger: Logger
    private let letters: Gauge
    private let status: ConnectionStatus

    /// - Parameters:
    ///   - store: whose redrives to carry on, with the domain's rule.
    ///   - interval: how often to look (±20 %).
    public init(
        _ store: DeadLetterStore, interval: Duration = .seconds(1), logger: Logger = .silent,
        metrics: MetricsRegistry = .shared
    ) {
        self.store = store
        self.interval = interval
        self.logger = logger.with(.service(name))
        letters = metrics.gauge("dead_letters", help: "Dead letters that wait for a person, by consumer.")
        status = ConnectionStatus(logger: self.logger)
    }

    public func run(until shutdown: ShutdownSignal) async {
        var nextCount = ContinuousClock.now
        var counted: Set<String> = []
        while await shutdown.sleep(for: Backoff.jittered(interval)) {
            do {
                try await step(until: shutdown)
                if nextCount <= .now {
                    counted = try await count(counted)
                    nextCount = .now + interval * 10
                }
                status.didReach()
            } catch {
                // The next round does it; a database that is away is told of once.
                status.didFail(error)
            }
        }
    }

    /// Does all that can be done now.
    func step(until shutdown: ShutdownSignal) async throws {
        var goesOn = true
        while goesOn, !shutdown.isTriggered {
            let sent = try await store.pool.transaction { transaction -> Int? in
                let isFree = try await transaction.first(
                    "SELECT pg_try_advisory_xact_lock($1::int, 0)", [.int(Self.lock)]
                ) { try $0.bool(0) }
                guard isFree == true else { return nil }
                try await self.settle(in: transaction)
                return try await self.carryOn(in: transaction)
            }
            if let sent, sent > 0 { store.wakeUp?.signal() }
            goesOn = sent == Self.batchSize
        }
    }

    /// Notes which redriven messages are in the inbox by now.
    private func settle(in transaction: PostgresTransaction) async throws {
        try await transaction.execute(
            """
            WITH handled AS (
                UPDATE dead_letters AS letter SET status = 'Handled' FROM processed_messages AS inbox
                WHERE letter.status = 'Redriven' AND inbox.message_id = letter.message_id
                  AND inbox.consumer = letter.consumer
                RETURNING letter.consumer, letter.message_id, letter.redrive_id
            )
            INSERT INTO dead_letter_actions (consumer, message_id, action, at, redrive_id)
            SELECT consumer, message_id, 'Handled', $1, redrive_id FROM handled
            """, [.timestamp(store.clock.now)])
    }

    /// Carries on the oldest redrive of many.
    /// - Returns: how many messages were sent or refused.
    private func carryOn(in transaction: PostgresTransaction) async throws -> Int {
        let open = try await transaction.query(
            """
            SELECT redrive_id, state, first_letter FROM dead_letter_redrives
            WHERE finished_at IS NULL ORDER BY requested_at, redrive_id
            """
        ) { row in
            (try row.id(0), BulkRedrive.State(rawValue: try row.text(1)), try row.optionalInt(2))
        }
        var moved = 0
        for (id, state, first) in open where moved < Self.batchSize {
            let run = BulkRun(id: id, store: store, transaction: transaction)
            if state == .running {
                moved += try await run.sendRest(limit: Self.batchSize - moved)
            } else if let first {
                try await run.judge(first)
            } else {
                moved += try await run.sendFirst(limit: Self.batchSize - moved)
            }
        }
        return moved
    }

    /// Sets the gauge.
    /// - Returns: the consumers that it has a value for.
    private func count(_ known: Set<String>) async throws -> Set<String> {
        let counts = try await store.pool.query(
            "SELECT consumer, count(*) FROM dead_letters WHERE status = 'Waiting' GROUP BY consumer"
        ) { (try $0.text(0), try $0.integer(1)) }
        for consumer in known.subtracting(counts.map(\.0)) { letters.set(0, ["consumer": consumer]) }
        for (consumer, count) in counts { letters.set(Double(count), ["consumer": consumer]) }
        return known.union(counts.map(\.0))
    }
}
