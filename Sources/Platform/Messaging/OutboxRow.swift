import DomainKit
import JSON

/// A row of the outbox that is about to be written.
struct OutboxRow: Sendable {
    let messageID: EntityID
    let type: String
    let routingKey: String
    let mandatory: Bool
    let aggregateType: String
    let aggregateID: EntityID
    /// A JSON object.
    let headers: String
    let payload: String
    let occurredAt: Timestamp
    let cause: Cause
    /// What logs name the event by.
    let identities: [(name: String, id: EntityID)]

    init<Event: IntegrationEvent>(_ event: Event, messageID: EntityID, cause: Cause, at time: Timestamp) {
        self.messageID = messageID
        type = Event.type
        routingKey = Event.routingKey
        mandatory = Event.mustBeRouted
        aggregateType = Event.aggregateType
        aggregateID = event.aggregateID
        headers = Self.headers(of: Event.self, cause)
        payload = event.jsonText
        occurredAt = time
        self.cause = cause
        identities = event.identities
    }

    /// The headers that no column of the outbox stands for.
    private static func headers<Event: IntegrationEvent>(of event: Event.Type, _ cause: Cause) -> String {
        var json = JSONWriter()
        json.object { json in
            json.field(CloudEvent.header(CloudEvent.schemaVersion), String(Event.schemaVersion))
            json.field(CloudEvent.header(CloudEvent.correlationID), cause.correlationID)
            json.field(CloudEvent.header(CloudEvent.causationID), ifPresent: cause.causationID)
            json.field(CloudEvent.traceparent, ifPresent: cause.traceparent)
            json.field(CloudEvent.tracestate, ifPresent: cause.tracestate)
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
