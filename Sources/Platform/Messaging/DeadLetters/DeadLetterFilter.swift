import DomainKit
import JSON
import Postgres

/// Which dead letters a redrive of many is about. What is nil matches all.
public struct DeadLetterFilter: Sendable, Equatable {
    public var consumer: String?
    /// The name of the event.
    public var type: String?
    /// A part of the reason.
    public var reason: String?

    public init(consumer: String? = nil, type: String? = nil, reason: String? = nil) {
        self.consumer = consumer
        self.type = type
        self.reason = reason
    }

    /// Takes the parameters `$1` to `$3`.
    static let condition = """
        ($1::text IS NULL OR consumer = $1::text) AND ($2::text IS NULL OR type = $2::text)
        AND ($3::text IS NULL OR strpos(reason, $3::text) > 0)
        """
    var parameters: [PostgresValue] { [.text(consumer), .text(type), .text(reason)] }
}

extension DeadLetterFilter: JSONEncodable {
    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("consumer", ifPresent: consumer)
            json.field("type", ifPresent: type)
            json.field("reason", ifPresent: reason)
        }
    }
}

/// A redrive of many: the first message goes alone, and the rest once it was handled.
public struct BulkRedrive: Sendable, Equatable {
    /// How far it is.
    public enum State: String, Sendable, CaseIterable {
        /// The first message is on its way, or about to be.
        case trying = "Trying"
        /// The first was handled: the others go.
        case running = "Running"
        /// All were sent or refused, and settled.
        case done = "Done"
        /// The first was not handled, and the others wait again.
        case stopped = "Stopped"
    }

    public let id: EntityID
    public let requestedAt: Timestamp
    public let state: State
    /// How many dead letters it took.
    public let selected: Int
    /// How many of them were sent again, and what became of these.
    public let sent: Int
    public let handled: Int
    public let died: Int
    /// How many the domain refused: they wait again, with the reason in their history.
    public let refused: Int
    /// How it ended, as a sentence.
    public let outcome: String?
    public let finishedAt: Timestamp?

    static let query = """
        SELECT r.redrive_id, r.requested_at, r.state, r.selected, r.outcome, r.finished_at,
               count(*) FILTER (WHERE a.action = 'Redriven'), count(*) FILTER (WHERE a.action = 'Handled'),
               count(*) FILTER (WHERE a.action = 'Died'), count(*) FILTER (WHERE a.action = 'Refused')
        FROM dead_letter_redrives AS r LEFT JOIN dead_letter_actions AS a USING (redrive_id)
        WHERE r.redrive_id = $1 GROUP BY r.redrive_id
        """

    init(_ row: borrowing PostgresRow) throws {
        id = try row.id(0)
        requestedAt = try row.timestamp(1)
        // The table allows no other.
        state = State(rawValue: try row.text(2)) ?? .trying
        selected = try row.integer(3)
        outcome = try row.optionalText(4)
        finishedAt = try row.optionalTimestamp(5)
        sent = try row.integer(6)
        handled = try row.integer(7)
        died = try row.integer(8)
        refused = try row.integer(9)
    }
}

/// What a redrive of many would do.
public struct RedrivePreview: Sendable, Equatable {
    /// The dead letters it would take, the longest dead first.
    public let letters: [DeadLetter]
    /// Why the domain would refuse some of them now, by ``DeadLetter/seq``.
    public let refusals: [Int64: String]
}
