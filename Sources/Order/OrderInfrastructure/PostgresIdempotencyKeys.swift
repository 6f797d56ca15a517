import Cryptography
import DomainKit
import Messaging
import OrderApplication
import OrderDomain
import Postgres

/// Keeps answers in the table `idempotency_keys`. Of the request it keeps the SHA-256 digest alone.
public struct PostgresIdempotencyKeys: IdempotencyKeys {
    public init() {}

    public func keep(_ answers: [KeptAnswer], in work: any UnitOfWork) async throws -> Set<EntityID> {
        // Always in the same order, so that two batches cannot wait for each other's keys.
        let answers = answers.sorted { left, right in
            (left.request.key.text, left.orderID) < (right.request.key.text, right.orderID)
        }
        let kept = try await work.sql.query(
            """
            INSERT INTO idempotency_keys (key, fingerprint, status, location, body, order_id, created_at)
            SELECT key, fingerprint, status, location, body, order_id, $7
            FROM unnest($1::text[], $2::bytea[], $3::smallint[], $4::text[], $5::text[], $6::uuid[])
                 WITH ORDINALITY
                 AS new (key, fingerprint, status, location, body, order_id, position)
            ORDER BY position
            ON CONFLICT (key) DO NOTHING
            RETURNING order_id
            """,
            [
                .texts(answers.map(\.request.key.text)),
                .bytesArray(answers.map { SHA256.digest($0.request.content) }), .ints(answers.map(\.answer.status)),
                .texts(answers.map(\.answer.location)),
                .texts(answers.map { String(decoding: $0.answer.body, as: UTF8.self) }),
                .ids(answers.map(\.orderID)), .timestamp(work.now),
            ]
        ) { try $0.id(0) }
        return Set(kept)
    }

    public func recall(_ requests: [KeyedRequest], in work: any UnitOfWork) async throws -> [RecalledAnswer?] {
        let fingerprints = requests.map { SHA256.digest($0.content) }
        let found = try await work.sql.query(
            """
            SELECT position - 1, fingerprint, status, location, body
            FROM unnest($1::text[]) WITH ORDINALITY AS asked (key, position)
            JOIN idempotency_keys USING (key)
            """, [.texts(requests.map(\.key.text))]
        ) { row in
            let index = try row.integer(0)
            guard try row.bytes(1) == fingerprints[index] else {
                return (index, RecalledAnswer.usedForAnotherRequest)
            }
            let answer = Answer(status: try row.integer(2), location: try row.text(3), body: try row.utf8(4))
            return (index, .answered(answer))
        }
        var recalled: [RecalledAnswer?] = Array(repeating: nil, count: requests.count)
        for (index, answer) in found { recalled[index] = answer }
        return recalled
    }
}

extension RetentionRule {
    /// Answers to requests with an idempotency key. A key that comes again after its row was deleted is a new one.
    public static func idempotencyKeys(kept: Duration) -> RetentionRule {
        RetentionRule(
            "idempotency keys", kept: kept,
            steps: [
                .delete(
                    """
                    DELETE FROM idempotency_keys WHERE key IN (
                        SELECT key FROM idempotency_keys WHERE created_at < now() - $1::interval
                        ORDER BY created_at LIMIT $2)
                    """, limit: 1_000)
            ])
    }
}
