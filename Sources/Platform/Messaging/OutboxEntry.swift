import AMQP
import DomainKit
import JSON
import Postgres

/// A row of the outbox as the relay reads it.
struct OutboxEntry: Sendable {
    let seq: Int64
    let aggregateID: EntityID
    let occurredAt: Timestamp
    let route: Route
    let message: OutgoingMessage

    /// Where a message goes. Whether a queue wants it depends on nothing else.
    struct Route: Hashable, Sendable {
        let exchange: String
        let routingKey: String
        /// As the relay's statements spell it.
        var key: String { "\(exchange) \(routingKey)" }
    }

    static let columns =
        "seq, aggregate_id, occurred_at, exchange, routing_key, message_id, type, aggregate_type, headers, mandatory, payload"

    init(_ row: borrowing PostgresRow) throws {
        self.init(
            seq: try row.int(0), aggregateID: try row.id(1), occurredAt: try row.timestamp(2),
            route: Route(exchange: try row.text(3), routingKey: try row.text(4)), messageID: try row.text(5),
            type: try row.text(6), aggregateType: try row.text(7), headers: try row.utf8(8),
            isMandatory: try row.bool(9), payload: try row.utf8(10))
    }

    /// - Parameter json: the headers that no other value stands for, as a JSON object.
    init(
        seq: Int64, aggregateID: EntityID, occurredAt: Timestamp, route: Route, messageID: String, type: String,
        aggregateType: String, headers json: [UInt8], isMandatory: Bool, payload: [UInt8]
    ) {
        self.seq = seq
        self.aggregateID = aggregateID
        self.occurredAt = occurredAt
        self.route = route
        var headers = Self.headers(json)
        headers[CloudEvent.header(CloudEvent.specVersion)] = "1.0"
        headers[CloudEvent.header(CloudEvent.id)] = .text(messageID)
        headers[CloudEvent.header(CloudEvent.type)] = .text(type)
        headers[CloudEvent.header(CloudEvent.source)] = .text("/tradewind/\(aggregateType)")
        headers[CloudEvent.header(CloudEvent.subject)] = .text(aggregateID.description)
        headers[CloudEvent.header(CloudEvent.time)] = .text(occurredAt.description)
        message = OutgoingMessage(
            exchange: route.exchange, routingKey: route.routingKey, messageID: messageID, type: type,
            correlationID: headers[CloudEvent.header(CloudEvent.correlationID)]?.text, timestamp: occurredAt,
            headers: headers, body: payload, mandatory: isMandatory)
    }

    /// Texts, integers and booleans of a JSON object; there is nothing else to be sent.
    static func headers(_ json: [UInt8]) -> MessageHeaders {
        guard case .object(let members) = try? JSONValue(parsing: json) else { return [:] }
        var headers: MessageHeaders = [:]
        for (name, value) in members {
            switch value {
            case .string(let text): headers[name] = .text(text)
            case .integer(let number): headers[name] = .integer(number)
            case .bool(let flag): headers[name] = .boolean(flag)
            default: break
            }
        }
        return headers
    }
}

extension [OutboxEntry] {
    /// The entries in rounds that may be published without waiting in between.
    ///
    /// What no queue wants must hold back what the same aggregate says later. So within a round all messages of an
    /// aggregate take the same route: either all are wanted or none.
    var rounds: [[OutboxEntry]] {
        var rounds: [[OutboxEntry]] = []
        var latest: [EntityID: (round: Int, route: OutboxEntry.Route)] = [:]
        for entry in self {
            var round = 0
            if let previous = latest[entry.aggregateID] {
                round = previous.route == entry.route ? previous.round : previous.round + 1
            }
            latest[entry.aggregateID] = (round, entry.route)
            if round == rounds.count { rounds.append([]) }
            rounds[round].append(entry)
        }
        return rounds
    }
}
