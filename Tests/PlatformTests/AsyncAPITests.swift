import AMQP
import DomainKit
import JSON
import Testing

@testable import Messaging

@Suite struct AsyncAPITests {
    private struct ParcelSent: DescribedEvent {
        static let type = "ParcelSent"
        static let routingKey = "parcel.sent"
        static let aggregateType = "parcel"
        static let schema = JSONSchema.object("ParcelSent", .required("id", .uuid))
        let aggregateID: EntityID

        init?(json: JSONReader) { nil }
        init(_ id: EntityID) { aggregateID = id }
        func write(to json: inout JSONWriter) { json.object { $0.field("id", aggregateID) } }
    }

    private let document: JSONValue

    init() throws {
        let subscription = Subscription(consumer: "depot", to: ParcelSent.self)
        let catalog = MessageCatalog(of: "Parcels", publishes: [ParcelSent.self], consumes: [.init(subscription)])
        document = try JSONValue(parsing: AsyncAPIDocument(catalog).jsonBytes)
    }

    @Test func whatIsPublishedGoesToTheExchange() {
        let channel = document["channels"]?["parcel.sent"]
        let binding = channel?["bindings"]?["amqp"]
        #expect(binding?["is"]?.stringValue == "routingKey")
        #expect(binding?["exchange"]?["name"]?.stringValue == eventsExchange)
        #expect(document["operations"]?["publishParcelSent"]?["action"]?.stringValue == "send")
    }

    @Test func whatIsConsumedComesFromAQueue() {
        let binding = document["channels"]?["depot.parcel-sent"]?["bindings"]?["amqp"]
        #expect(binding?["is"]?.stringValue == "queue")
        #expect(binding?["queue"]?["name"]?.stringValue == "depot.parcel-sent")
        #expect(document["operations"]?["consumeParcelSent"]?["action"]?.stringValue == "receive")
    }

    @Test func theHeadersAreThoseThatTheRelaySends() throws {
        let cause = Cause(correlationID: "c", causationID: .v7(), traceparent: "00-a-b-01")
        let event = ParcelSent(.v7())
        let row = OutboxRow(event, messageID: .v7(), cause: cause, at: Timestamp(microseconds: 0))
        let entry = OutboxEntry(
            seq: 1, aggregateID: row.aggregateID, occurredAt: row.occurredAt,
            route: OutboxEntry.Route(exchange: eventsExchange, routingKey: row.routingKey),
            messageID: row.messageID.description, type: row.type, aggregateType: row.aggregateType,
            headers: Array(row.headers.utf8), isMandatory: true, payload: Array(row.payload.utf8))
        let sent = entry.message.headers.mapValues { JSONValue.string($0.text ?? "") }
        #expect(CloudEvent.headers.faults(in: .object(sent)).isEmpty)
        #expect(document["components"]?["schemas"]?["CloudEventHeaders"] != nil)
    }
}
