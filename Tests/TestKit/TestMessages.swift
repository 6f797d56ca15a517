import DomainKit
import Postgres

extension Received {
    /// A message that was never delivered before, as a consumer hands it to a use case.
    public static func test(_ event: Event) -> Received {
        Received(
            event: event, messageID: .v7(), occurredAt: SystemClock().now, cause: Cause(correlationID: "test"))
    }
}

extension TestDatabase {
    /// Writes down that a message of that type about an aggregate died, as the collector would.
    /// - Returns: the number of the dead letter.
    public func deadLetter(_ type: String, about aggregateID: EntityID, at consumer: String) async throws -> Int64 {
        let seq = try await pool.first(
            """
            INSERT INTO dead_letters (consumer, message_id, type, aggregate_id, headers, body, reason, attempts,
                                      first_failed_at, last_failed_at, died_at)
            VALUES ($1, $2, $3, $4, '{}', '{}', 'poison', 4, now(), now(), now()) RETURNING seq
            """, [.text(consumer), .id(.v7()), .text(type), .id(aggregateID)]
        ) { try $0.int(0) }
        guard let seq else { throw TestSetupError(description: "no dead letter was written") }
        return seq
    }
}
