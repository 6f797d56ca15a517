import AMQP
import DomainKit
import JSON

/// A message cannot be read, now or ever: it goes to the dead letters without another attempt.
struct UnreadableMessage: Error, CustomStringConvertible {
    let description: String
    init(_ reason: String) { description = reason }
}

extension Received {
    /// Reads a delivery: the event from its body, all else from headers and properties.
    ///
    /// - Throws: ``UnreadableMessage`` when it is of another type or version, or has no id, or its body is not the event.
    init(_ delivery: Delivery) throws(UnreadableMessage) {
        let properties = delivery.properties
        let headers = properties.headers
        let type = CloudEvent.value(CloudEvent.type, in: headers) ?? properties.type
        guard type == Event.type else {
            throw UnreadableMessage("its type is \(type ?? "missing"), and \(Event.type) is expected")
        }
        let version = CloudEvent.value(CloudEvent.schemaVersion, in: headers) ?? "1"
        guard version == String(Event.schemaVersion) else {
            throw UnreadableMessage("its schema version is \(version), and \(Event.schemaVersion) is understood")
        }
        let id = properties.messageID ?? CloudEvent.value(CloudEvent.id, in: headers)
        guard let messageID = id.flatMap({ EntityID($0) }) else {
            throw UnreadableMessage("its message id is \(id ?? "missing"), and not a UUID")
        }
        let time = CloudEvent.value(CloudEvent.time, in: headers).flatMap { Timestamp($0) }
        self.init(
            event: try Self.event(delivery.body), messageID: messageID,
            occurredAt: time ?? properties.timestamp.map(Timestamp.init(seconds:)) ?? Timestamp(microseconds: 0),
            cause: Cause(
                correlationID: CloudEvent.value(CloudEvent.correlationID, in: headers) ?? properties.correlationID
                    ?? messageID.description,
                causationID: messageID, traceparent: headers[CloudEvent.traceparent]?.text,
                tracestate: headers[CloudEvent.tracestate]?.text))
    }

    private static func event(_ body: [UInt8]) throws(UnreadableMessage) -> Event {
        do {
            return try JSONReader.decode(Event.self, from: try JSONValue(parsing: body))
        } catch {
            throw UnreadableMessage("its body cannot be read: \(error)")
        }
    }
}

extension Timestamp {
    /// A moment that AMQP gives in whole seconds; what is after the year 9999, its end.
    init(seconds: UInt64) { self.init(microseconds: Int64(min(seconds, 253_402_300_799)) * 1_000_000) }
}
