import Cryptography
import DomainKit
import Postgres

/// Keeps answers in the table `idempotency_keys`. Of the request it keeps the SHA-256 digest alone.
///
/// The row of a key is inserted in the transaction of what the request does. Of two requests with the same key at the same
/// instant, in however many processes, the second waits for that row until the first has committed or failed.
public struct PostgresIdempotencyKeys: IdempotencyKeys {
    public init() {}

    public func keep(_ answers: [KeptAnswer], in work: any UnitOfWork) async throws -> Set<EntityID> {
        // Always in the same order, so that two batches cannot wait for each other's keys.
        let answers = answers.map { (name: $0.request.key.stored, kept: $0) }.sorted { left, right in
            (left.name, left.kept.about) < (right.name, right.kept.about)
        }
        let kept = try await work.sql.query(
            """
            INSERT INTO idempotency_keys (key, fingerprint, status, location, body, about, created_at)
            SELECT key, fingerprint, status, location, body, about, $7
            FROM unnest($1::text[], $2::bytea[], $3::smallint[], $4::text[], $5::text[], $6::uuid[])
                 WITH ORDINALITY
                 AS new (key, fingerprint, status, location, body, about, position)
            ORDER BY position
            ON CONFLICT (key) DO NOTHING
            RETURNING about
            """,
            [
                .texts(answers.map(\.name)),
                .bytesArray(answers.map { SHA256.digest($0.kept.request.content) }),
                .ints(answers.map(\.kept.answer.status)), .texts(answers.map(\.kept.answer.location)),
                .texts(answers.map { String(decoding: $0.kept.answer.body, as: UTF8.self) }),
                .ids(answers.map(\.kept.about)), .timestamp(work.now),
            ]
        ) { try $0.id(0) }
        return Set(kept)
    }

    public func replace(_ answer: KeptAnswer, in work: any UnitOfWork) async throws {
        try await work.sql.execute(
            "UPDATE idempotency_keys SET status = $2, location = $3, body = $4, about = $5 WHERE key = $1",
            [
                .text(answer.request.key.stored), .int(answer.answer.status), .text(answer.answer.location),
                .text(String(decoding: answer.answer.body, as: UTF8.self)), .id(answer.about),
            ])
    }

    public func recall(_ requests: [KeyedRequest], in work: any UnitOfWork) async throws -> [RecalledAnswer?] {
        let fingerprints = requests.map { SHA256.digest($0.content) }
        let found = try await work.sql.query(
            """
            SELECT position - 1, fingerprint, status, location, body
            FROM unnest($1::text[]) WITH ORDINALITY AS asked (key, position)
            JOIN idempotency_keys USING (key)
            """, [.texts(requests.map(\.key.stored))]
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

extension IdempotencyKey {
    /// What stands for the key in the table, where no two callers' keys may meet. A caller's name has no bound and no
    /// fixed alphabet, so that a digest stands for both together.
    fileprivate var stored: String {
        scope.isEmpty ? text : SHA256.hexadecimal(Array(scope.utf8) + [0] + Array(text.utf8))
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
