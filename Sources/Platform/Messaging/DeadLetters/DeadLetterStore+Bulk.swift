import DomainKit
import Postgres

extension DeadLetterStore {
    /// What a redrive of many would take now, and what the domain would refuse of it. Changes nothing.
    public func preview(_ filter: DeadLetterFilter, limit: Int) async throws -> RedrivePreview {
        try await pool.transaction { [self] transaction in
            let letters = try await waiting(filter, limit, in: transaction)
            var refusals: [Int64: String] = [:]
            for letter in letters { refusals[letter.seq] = try await rule(letter, transaction) }
            return RedrivePreview(letters: letters, refusals: refusals)
        }
    }

    /// Takes up to `limit` waiting dead letters, the longest dead first, for a redrive that a worker carries on.
    /// - Parameter requester: who asked.
    public func redrive(_ filter: DeadLetterFilter, limit: Int, by requester: String) async throws -> BulkRedrive {
        try await units.perform { try await redrive(filter, limit: limit, by: requester, in: $0) }
    }

    /// The same in a unit of work that the caller has opened.
    public func redrive(
        _ filter: DeadLetterFilter, limit: Int, by requester: String, in work: any UnitOfWork
    ) async throws -> BulkRedrive {
        let (now, transaction) = (work.now, try work.sql)
        let id = EntityID.v7(at: now)
        let letters = try await waiting(filter, limit, locking: "FOR UPDATE SKIP LOCKED", in: transaction)
        try await transaction.execute(
            """
            WITH queued AS (
                UPDATE dead_letters SET status = 'Queued', redrive_id = $2 WHERE seq = ANY($1)
                RETURNING consumer, message_id
            )
            INSERT INTO dead_letter_actions (consumer, message_id, action, at, detail, redrive_id)
            SELECT consumer, message_id, 'Queued', $3, $4, $2 FROM queued
            """, [.ints(letters.map(\.seq)), .id(id), .timestamp(now), .text(requester)])
        let outcome = letters.isEmpty ? "There was nothing to redrive." : nil
        try await transaction.execute(
            """
            INSERT INTO dead_letter_redrives
                (redrive_id, requested_at, requested_by, filter, selected, state, outcome, finished_at)
            VALUES ($1, $2, $3, $4::json, $5, $6, $7, $8)
            """,
            [
                .id(id), .timestamp(now), .text(requester), .text(filter.jsonText), .int(letters.count),
                .text((letters.isEmpty ? BulkRedrive.State.done : .trying).rawValue), .text(outcome),
                .timestamp(letters.isEmpty ? now : nil),
            ])
        guard let redrive = try await transaction.first(BulkRedrive.query, [.id(id)], as: BulkRedrive.init) else {
            throw DeadLetterRefusal("It is there no more.")
        }
        return redrive
    }

    /// A redrive of many; nil where there is none of that id.
    public func bulkRedrive(_ id: EntityID) async throws -> BulkRedrive? {
        try await pool.first(BulkRedrive.query, [.id(id)], as: BulkRedrive.init)
    }

    private func waiting(
        _ filter: DeadLetterFilter, _ limit: Int, locking: String = "", in transaction: PostgresTransaction
    ) async throws -> [DeadLetter] {
        try await transaction.query(
            """
            SELECT \(DeadLetter.columns) FROM dead_letters WHERE status = 'Waiting' AND \(DeadLetterFilter.condition)
            ORDER BY seq LIMIT $4 \(locking)
            """, filter.parameters + [.int(limit)], as: DeadLetter.init)
    }
}
