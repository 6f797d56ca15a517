import DomainKit
import Postgres

/// A dead letter whose row is locked until the transaction ends, and what can be done with it.
struct LockedLetter: Sendable {
    let letter: DeadLetter
    private let transaction: PostgresTransaction

    private init(_ letter: DeadLetter, in transaction: PostgresTransaction) {
        self.letter = letter
        self.transaction = transaction
    }

    /// Locks the row; nil where there is none.
    static func lock(_ seq: Int64, in transaction: PostgresTransaction) async throws -> LockedLetter? {
        try await transaction.first(
            "SELECT \(DeadLetter.columns) FROM dead_letters WHERE seq = $1 FOR UPDATE", [.int(seq)], as: DeadLetter.init
        ).map { LockedLetter($0, in: transaction) }
    }

    /// Sends the message to its consumer's queue again, through the outbox.
    /// - Parameter redriveID: the redrive of many that this is part of.
    /// - Throws: ``DeadLetterRefusal`` where the domain refuses, or nobody could ever read the message.
    func redrive(
        as redriveID: EntityID?, unless rule: RedriveRule, by requester: String?, at now: Timestamp
    ) async throws {
        guard letter.sentMessageID == nil else {
            throw DeadLetterRefusal("Its message id is no UUID: no consumer could read it.")
        }
        if let reason = try await rule(letter, transaction) { throw DeadLetterRefusal(reason) }
        let content = try await transaction.first(
            "SELECT headers, body, aggregate_type, occurred_at FROM dead_letters WHERE seq = $1", [.int(letter.seq)]
        ) { row in
            (try row.utf8(0), try row.bytes(1), try row.optionalText(2), try row.optionalTimestamp(3))
        }
        guard let (headers, body, aggregateType, occurredAt) = content else { return }
        guard !body.contains(0), let payload = String(validating: body, as: UTF8.self) else {
            throw DeadLetterRefusal("Its body is not text in UTF-8: no consumer could read it.")
        }
        try await transaction.execute(
            """
            INSERT INTO outbox (message_id, type, exchange, routing_key, aggregate_type, aggregate_id, headers, payload,
                                occurred_at)
            VALUES ($1, $2, '', $3, $4, $5, $6::json, $7, $8)
            """,
            [
                .id(letter.messageID), .text(letter.type ?? ""), .text(letter.consumer),
                .text(aggregateType ?? "unknown"), .id(letter.aggregateID ?? letter.messageID),
                .text(DeadMessage.redriveHeaders(from: headers, redrive: letter.redrives + 1)), .text(payload),
                .timestamp(occurredAt ?? letter.firstFailedAt),
            ])
        try await transaction.execute(
            """
            UPDATE dead_letters SET status = 'Redriven', redrives = redrives + 1, redriven_at = $2, redrive_id = $3
            WHERE seq = $1
            """, [.int(letter.seq), .timestamp(now), .id(redriveID)])
        try await write("Redriven", requester, as: redriveID, at: now)
    }

    /// Lets go of one that was queued: it waits for a person again.
    func release(_ action: String, _ reason: String, of redriveID: EntityID, at now: Timestamp) async throws {
        try await transaction.execute("UPDATE dead_letters SET status = 'Waiting' WHERE seq = $1", [.int(letter.seq)])
        try await write(action, reason, as: redriveID, at: now)
    }

    func discard(by requester: String?, at now: Timestamp) async throws {
        try await transaction.execute("UPDATE dead_letters SET status = 'Discarded' WHERE seq = $1", [.int(letter.seq)])
        try await write("Discarded", requester, as: nil, at: now)
    }

    private func write(
        _ action: String, _ detail: String?, as redriveID: EntityID?, at now: Timestamp
    ) async throws {
        try await transaction.execute(
            """
            INSERT INTO dead_letter_actions (consumer, message_id, action, at, detail, redrive_id)
            VALUES ($1, $2, $3, $4, $5, $6)
            """,
            [
                .text(letter.consumer), .id(letter.messageID), .text(action), .timestamp(now), .text(detail),
                .id(redriveID),
            ])
    }
}
