import AMQP
import DomainKit
import JSON
import NotificationContracts
import OrderContracts
import StockContracts

@testable import Messaging

extension FuzzTarget {
    /// A message body as each of the events. What is read is written again and read as the same.
    static let events = FuzzTarget(name: "events") { input in
        guard let document = try? JSONValue(parsing: input) else { return }
        read(OrderCreated.self, document)
        read(OrderConfirmed.self, document)
        read(OrderCancelled.self, document)
        read(StockProcessCompleted.self, document)
        read(StockProcessFailed.self, document)
        read(ProductPriced.self, document)
        read(ProductRunLow.self, document)
        read(NotificationSent.self, document)
        read(NotificationFailed.self, document)
    }

    /// Lines `name: text` and `name= integer` as the headers and properties of a delivery: its envelope, its next attempt,
    /// and what the dead letters keep of it.
    static let headers = FuzzTarget(name: "headers") { input in
        var properties = MessageProperties()
        for line in String(input).split(separator: "\n") {
            let name = line.prefix { $0 != ":" && $0 != "=" }
            let value = String(line.dropFirst(name.count + 1).drop { $0 == " " })
            switch name {
            case "message_id": properties.messageID = value
            case "type": properties.type = value
            case "timestamp": properties.timestamp = UInt64(value)
            case "correlation_id": properties.correlationID = value
            default:
                let isNumber = line.dropFirst(name.count).hasPrefix("=")
                properties.headers[String(name)] = isNumber ? Int64(value).map { .integer($0) } : .text(value)
            }
        }
        let body = Array(#"{"orderId": "0197a0e0-0000-7000-8000-000000000001"}"#.utf8)
        let delivery = Delivery(
            tag: 1, exchange: "", routingKey: "", isRedelivered: false, properties: properties, body: body)
        let now = Timestamp(microseconds: 1_800_000_000_000_000)
        if let received = try? Received<StockProcessCompleted>(delivery) { _ = now.since(received.occurredAt) }
        for isFinal in [false, true] {
            let failure = Failure(
                of: delivery, from: "order.stock", reason: "because", isFinal: isFinal,
                retryDelays: [.seconds(1), .seconds(5)], at: now)
            _ = failure.message
        }
        let dead = DeadMessage(delivery, at: now)
        let stored = OutboxEntry.headers(Array(dead.headers.utf8))
        let names = Set(properties.headers.keys.map { $0.replacing("\0", with: "\u{FFFD}") })
        require(Set(stored.keys) == names, "every header of \(properties.headers) is kept")
        _ = DeadMessage.redriveHeaders(from: Array(dead.headers.utf8), redrive: dead.redrive + 1)
        _ = now.since(dead.lastFailedAt)
    }
}

private func read<Event: IntegrationEvent & Equatable>(_ type: Event.Type, _ document: JSONValue) {
    guard let event = try? JSONReader.decode(type, from: document) else { return }
    let again = try? JSONReader.decode(type, from: JSONValue(parsing: event.jsonBytes))
    require(event == again, "\(event) is read again as what it is, not as \(String(describing: again))")
}
