import DomainKit
import Postgres

/// A message that a consumer could not handle, as it lies in the domain's database.
public struct DeadLetter: Sendable, Equatable {
    /// Where a dead letter is on its way.
    public enum Status: String, Sendable, CaseIterable {
        /// A person has to decide.
        case waiting = "Waiting"
        /// It is part of a redrive of many, and has not been sent yet.
        case queued = "Queued"
        /// It was sent to its consumer again, which has not settled it yet.
        case redriven = "Redriven"
        /// Its consumer has handled it after all.
        case handled = "Handled"
        /// A person decided that it is not needed.
        case discarded = "Discarded"
    }

    /// Numbers the dead letters of a database in the order in which they first died.
    public let seq: Int64
    /// The queue whose consumer could not handle it.
    public let consumer: String
    /// The message's own id; where that is no UUID, one made from what the message holds.
    public let messageID: EntityID
    /// The id as it was sent, where that is no UUID.
    public let sentMessageID: String?
    /// The name of the event; nil where the message has none.
    public let type: String?
    /// The aggregate that the event tells of; nil where the message does not say.
    public let aggregateID: EntityID?
    /// Why the last attempt failed.
    public let reason: String
    /// How many attempts have failed, over all deaths.
    public let attempts: Int
    public let firstFailedAt: Timestamp
    public let lastFailedAt: Timestamp
    /// When its last death was written down; it is kept for 15 days from then.
    public let diedAt: Timestamp
    public let status: Status
    /// How often it was sent again.
    public let redrives: Int
    /// When it was last sent again.
    public let redrivenAt: Timestamp?
    /// The redrive of many that it last belonged to.
    public let redriveID: EntityID?
}

extension DeadLetter {
    static let columns = """
        seq, consumer, message_id, sent_message_id, type, aggregate_id, reason, attempts, first_failed_at, last_failed_at,
        died_at, status, redrives, redriven_at, redrive_id
        """
    /// How many columns ``columns`` names: what a statement adds comes after them.
    static let columnCount = 15

    init(_ row: borrowing PostgresRow) throws {
        seq = try row.int(0)
        consumer = try row.text(1)
        messageID = try row.id(2)
        sentMessageID = try row.optionalText(3)
        type = try row.optionalText(4)
        aggregateID = try row.optionalID(5)
        reason = try row.text(6)
        attempts = try row.integer(7)
        firstFailedAt = try row.timestamp(8)
        lastFailedAt = try row.timestamp(9)
        diedAt = try row.timestamp(10)
        // The table allows no other.
        status = Status(rawValue: try row.text(11)) ?? .waiting
        redrives = try row.integer(12)
        redrivenAt = try row.optionalTimestamp(13)
        redriveID = try row.optionalID(14)
    }
}

/// Something that happened to a dead letter.
public struct DeadLetterAction: Sendable, Equatable {
    /// `Died`, `Queued`, `Redriven`, `Handled`, `Refused`, `Released` or `Discarded`.
    public let action: String
    public let at: Timestamp
    /// Why: the reason of a death or a refusal, who asked for a redrive.
    public let detail: String?
    /// The redrive of many that it was part of.
    public let redriveID: EntityID?

    init(_ row: borrowing PostgresRow) throws {
        action = try row.text(0)
        at = try row.timestamp(1)
        detail = try row.optionalText(2)
        redriveID = try row.optionalID(3)
    }
}

/// A dead letter with all that is known of it.
public struct DeadLetterDetails: Sendable {
    public let letter: DeadLetter
    /// The message's headers, a JSON object.
    public let headers: [UInt8]
    /// The message's body, as it came.
    public let body: [UInt8]
    /// What happened to it, oldest first.
    public let history: [DeadLetterAction]
}

/// Why a dead letter cannot be redriven or discarded.
public struct DeadLetterRefusal: Error, Equatable, CustomStringConvertible {
    /// A sentence that an operator may see.
    public let description: String

    init(_ description: String) { self.description = description }
}

/// A domain's say in what is redriven: nil, or why the message must not be handled any more, as a sentence: because the
/// saga that it belongs to was compensated meanwhile.
public typealias RedriveRule = @Sendable (DeadLetter, PostgresTransaction) async throws -> String?
