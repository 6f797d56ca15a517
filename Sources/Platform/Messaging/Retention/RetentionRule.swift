import Postgres

/// What is kept for how long, and the statements that delete the rest.
///
/// Ages are taken by the database's clock, the same for all workers.
public struct RetentionRule: Sendable {
    /// What is kept, as the log calls it: `inbox`.
    public let name: String
    /// How long it is kept at least.
    public let kept: Duration
    let steps: [Step]

    /// - Parameter steps: done in this order. Each must be harmless when it is done again.
    public init(_ name: String, kept: Duration, steps: [Step]) {
        self.name = name
        self.kept = kept
        self.steps = steps
    }

    /// One statement, a transaction of its own.
    public struct Step: Sendable {
        let sql: String
        /// How many rows or tables one statement deletes at most; nil where it deletes none.
        let limit: Int?

        /// Prepares for what is to come, and deletes nothing.
        public static func prepare(_ sql: String) -> Step { Step(sql: sql, limit: nil) }

        /// Drops at most one table, and returns a row for it. `$1` is how long its rows are kept.
        public static func dropOne(_ sql: String) -> Step { Step(sql: sql, limit: 1) }

        /// Deletes at most `$2` rows; `$1` is how long they are kept. It is done until there are fewer.
        /// - Parameter limit: small, so that no transaction holds back the vacuum, or other transactions, for long.
        public static func delete(_ sql: String, limit: Int) -> Step { Step(sql: sql, limit: limit) }

        /// What stands for the statement's parameters.
        func values(keeping kept: Duration) -> [PostgresValue] {
            let kept = PostgresValue.text("\(Int64(kept / .milliseconds(1))) ms")
            return switch limit {
            case nil: []
            case 1: [kept]
            case let limit?: [kept, .int(limit)]
            }
        }
    }
}

extension RetentionRule {
    /// Messages that were handled, so that a second delivery changes nothing.
    ///
    /// Their table has a partition for each day of the message ids: those of the next days are made ahead, and old ones
    /// dropped. Ids that belong to no partition are deleted row by row.
    ///
    /// - Parameter kept: longer than a dead letter may wait until it is redriven.
    public static func inbox(kept: Duration) -> RetentionRule {
        RetentionRule(
            "inbox", kept: kept,
            steps: [
                .prepare("SELECT create_inbox_partitions(3)"),
                .delete(
                    """
                    DELETE FROM processed_messages_default WHERE (message_id, consumer) IN (
                        SELECT message_id, consumer FROM processed_messages_default
                        WHERE processed_at < now() - $1::interval ORDER BY processed_at LIMIT $2)
                    """, limit: 5_000),
                // Last, because it alone may have to give way.
                .dropOne("SELECT drop_inbox_partition($1::interval)"),
            ])
    }

    /// Dead letters that nobody has cared for, and what is written of them.
    ///
    /// - Parameter kept: how long after the last death. Shorter than the inbox remembers messages: a redrive of one that
    ///   the inbox has forgotten could be handled twice.
    public static func deadLetters(kept: Duration) -> RetentionRule {
        RetentionRule(
            "dead letters", kept: kept,
            steps: [
                .delete(
                    """
                    DELETE FROM dead_letters WHERE seq IN (
                        SELECT seq FROM dead_letters WHERE died_at < now() - $1::interval AND status <> 'Queued'
                        ORDER BY died_at LIMIT $2)
                    """, limit: 1_000),
                .delete(
                    """
                    DELETE FROM dead_letter_redrives WHERE redrive_id IN (
                        SELECT redrive_id FROM dead_letter_redrives WHERE finished_at < now() - $1::interval LIMIT $2)
                    """, limit: 1_000),
                .delete(
                    """
                    DELETE FROM dead_letter_actions WHERE seq IN (
                        SELECT seq FROM dead_letter_actions AS action WHERE at < now() - $1::interval
                          AND NOT EXISTS (SELECT FROM dead_letters AS letter
                                          WHERE letter.message_id = action.message_id
                                            AND letter.consumer = action.consumer)
                        ORDER BY at LIMIT $2)
                    """, limit: 1_000),
            ])
    }
}

/// How long a worker keeps what it needs for messages and requests that come again.
public struct RetentionSettings: Sendable, Equatable {
    /// How much longer than a dead letter a handled message is remembered, at least.
    public static let margin = Duration.seconds(86_400)

    /// How long the inbox remembers a handled message.
    public var inbox: Duration
    /// How long a dead letter waits for a person.
    public var deadLetters: Duration
    /// How long the first answer to a request with an idempotency key is given again.
    public var idempotencyKeys: Duration

    public init(
        inbox: Duration = .seconds(16 * 86_400), deadLetters: Duration = .seconds(15 * 86_400),
        idempotencyKeys: Duration = .seconds(86_400)
    ) {
        self.inbox = inbox
        self.deadLetters = deadLetters
        self.idempotencyKeys = idempotencyKeys
    }

    /// The rules that every worker keeps. Dead letters go first, because the inbox must outlive them.
    public var rules: [RetentionRule] {
        [.deadLetters(kept: deadLetters), .inbox(kept: inbox), .idempotencyKeys(kept: idempotencyKeys), .erasures()]
    }
}
