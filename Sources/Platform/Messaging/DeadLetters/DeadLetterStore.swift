import DomainKit
import Postgres

/// The dead letters of a domain, as a person sees them and decides on them.
public struct DeadLetterStore: Sendable {
    /// How long a redriven message may be on its way before it may be sent once more; the inbox knows it if both
    /// arrive.
    static let patience = Duration.seconds(15 * 60)

    /// Opens the units of work of decisions.
    public let units: any UnitOfWorkProvider
    let pool: PostgresPool
    let wakeUp: OutboxWakeUp?
    let clock: any WallClock
    let rule: RedriveRule

    /// - Parameters:
    ///   - pool: where the tables are.
    ///   - wakeUp: told when a message was put into the outbox.
    ///   - rule: the domain's say in what is redriven.
    public init(
        _ pool: PostgresPool, wakeUp: OutboxWakeUp? = nil, clock: any WallClock = SystemClock(),
        rule: @escaping RedriveRule = { _, _ in nil }
    ) {
        units = PostgresUnitOfWorkProvider(pool, clock: clock, wakeUp: wakeUp)
        self.pool = pool
        self.wakeUp = wakeUp
        self.clock = clock
        self.rule = rule
    }

    // MARK: - Looking

    /// At most `limit` dead letters, the last to die first for the first time.
    /// - Parameter seq: where the page before ended; nil for the first page.
    public func list(
        status: DeadLetter.Status? = nil, consumer: String? = nil, before seq: Int64? = nil, limit: Int
    ) async throws -> [DeadLetter] {
        try await pool.query(
            """
            SELECT \(DeadLetter.columns) FROM dead_letters
            WHERE ($1::text IS NULL OR status = $1::text) AND ($2::text IS NULL OR consumer = $2::text)
              AND ($3::bigint IS NULL OR seq < $3::bigint)
            ORDER BY seq DESC LIMIT $4
            """, [.text(status?.rawValue), .text(consumer), .int(seq), .int(limit)], as: DeadLetter.init)
    }

    /// The dead letters of that message: one for each consumer at which it died.
    /// - Parameter consumer: only that one's.
    public func letters(of messageID: EntityID, at consumer: String? = nil) async throws -> [DeadLetter] {
        try await pool.query(
            """
            SELECT \(DeadLetter.columns) FROM dead_letters
            WHERE message_id = $1 AND ($2::text IS NULL OR consumer = $2::text) ORDER BY consumer
            """, [.id(messageID), .text(consumer)], as: DeadLetter.init)
    }

    /// All that is known of a dead letter; nil where it is gone.
    public func details(_ seq: Int64) async throws -> DeadLetterDetails? { try await details(seq, in: pool) }

    /// All that is known of a dead letter, with what `work` has changed; nil where it is gone.
    public func details(_ seq: Int64, in work: any UnitOfWork) async throws -> DeadLetterDetails? {
        try await details(seq, in: work.sql)
    }

    private func details(_ seq: Int64, in sql: some PostgresStatements) async throws -> DeadLetterDetails? {
        let found = try await sql.first(
            "SELECT \(DeadLetter.columns), headers, body FROM dead_letters WHERE seq = $1", [.int(seq)]
        ) { row in
            let (headers, body) = (DeadLetter.columnCount, DeadLetter.columnCount + 1)
            return (try DeadLetter(row), try row.utf8(.index(headers)), try row.bytes(.index(body)))
        }
        guard let (letter, headers, body) = found else { return nil }
        let history = try await sql.query(
            """
            SELECT action, at, detail, redrive_id FROM dead_letter_actions
            WHERE message_id = $1 AND consumer = $2 ORDER BY seq
            """, [.id(letter.messageID), .text(letter.consumer)], as: DeadLetterAction.init)
        return DeadLetterDetails(letter: letter, headers: headers, body: body, history: history)
    }

    // MARK: - Deciding

    /// Sends a message to its consumer again.
    /// - Parameter requester: who asked, for the history.
    /// - Throws: ``DeadLetterRefusal`` where it does not wait, or the domain refuses.
    public func redrive(_ seq: Int64, by requester: String?) async throws {
        try await units.perform { try await redrive(seq, by: requester, in: $0) }
    }

    /// The same in a unit of work that the caller has opened.
    public func redrive(_ seq: Int64, by requester: String?, in work: any UnitOfWork) async throws {
        let work = try work.postgres
        let locked = try await locked(seq, in: work.transaction)
        switch locked.letter.status {
        case .waiting: break
        case .redriven where locked.letter.redrivenAt.map { work.now.since($0) > Self.patience } ?? true: break
        case .redriven: throw DeadLetterRefusal("It was sent again and is on its way.")
        case .queued: throw DeadLetterRefusal("It is part of a redrive of many that is under way.")
        case .handled: throw DeadLetterRefusal("It was handled.")
        case .discarded: throw DeadLetterRefusal("It was discarded.")
        }
        try await locked.redrive(as: nil, unless: rule, by: requester, at: work.now)
        work.noteOutboxRow()
    }

    /// Marks a dead letter as not needed; it is kept as long as the others, and never sent again.
    /// - Throws: ``DeadLetterRefusal`` where it is on its way, or was handled.
    public func discard(_ seq: Int64, by requester: String?) async throws {
        try await pool.transaction { [self] transaction in
            let locked = try await locked(seq, in: transaction)
            switch locked.letter.status {
            case .waiting: try await locked.discard(by: requester, at: clock.now)
            case .discarded: break
            case .redriven: throw DeadLetterRefusal("It was sent again and is on its way.")
            case .queued: throw DeadLetterRefusal("It is part of a redrive of many that is under way.")
            case .handled: throw DeadLetterRefusal("It was handled.")
            }
        }
    }

    private func locked(_ seq: Int64, in transaction: PostgresTransaction) async throws -> LockedLetter {
        guard let locked = try await LockedLetter.lock(seq, in: transaction) else {
            throw DeadLetterRefusal("It is there no more.")
        }
        return locked
    }
}
