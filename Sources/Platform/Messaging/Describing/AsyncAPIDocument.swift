import DomainKit
import JSON

/// What a domain says and listens to, for programs (AsyncAPI 3.0 with the AMQP bindings), written from the contracts.
public struct AsyncAPIDocument: JSONEncodable {
    private let catalog: MessageCatalog

    public init(_ catalog: MessageCatalog) { self.catalog = catalog }

    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("asyncapi", "3.0.0")
            json.field("id", "urn:tradewind:\(catalog.domain.lowercased())")
            json.field(
                "info",
                Members { json in
                    json.field("title", "Tradewind \(catalog.domain): messages")
                    json.field("version", "1.0.0")
                    json.field(
                        "description",
                        """
                        The events that \(catalog.domain) publishes to the exchange `\(eventsExchange)`, and those that it \
                        takes from queues of its own. Each is delivered at least once, in any order but that of one \
                        aggregate's; its id tells a repeated one.
                        """)
                    json.field("license", Members { $0.field("name", "Apache-2.0") })
                })
            json.field("defaultContentType", "application/json")
            json.field(
                "servers",
                Members { json in
                    json.field(
                        "broker",
                        Members { json in
                            json.field("host", "{host}")
                            json.field("protocol", "amqp")
                            json.field("protocolVersion", "0-9-1")
                            json.field(
                                "variables",
                                Members { json in
                                    json.field(
                                        "host",
                                        Members { json in
                                            json.field("default", "localhost:5672")
                                            json.field("description", "The host and port of RabbitMQ.")
                                        })
                                })
                        })
                })
            json.field("channels", Members(writeChannels))
            json.field("operations", Members(writeOperations))
            json.field("components", Members(writeComponents))
        }
    }

    private func writeChannels(to json: inout JSONWriter) {
        for event in catalog.published {
            json.field(event.routingKey, Channel(address: event.routingKey, event: event, queue: nil))
        }
        for consumed in catalog.consumed {
            json.field(consumed.queue, Channel(address: consumed.queue, event: consumed.event, queue: consumed.queue))
        }
    }

    private func writeOperations(to json: inout JSONWriter) {
        for event in catalog.published {
            json.field(
                "publish\(event.type)", MessageOperation(action: "send", channel: event.routingKey, event: event))
        }
        for consumed in catalog.consumed {
            json.field(
                "consume\(consumed.event.type)",
                MessageOperation(action: "receive", channel: consumed.queue, event: consumed.event))
        }
    }

    private func writeComponents(to json: inout JSONWriter) {
        json.field(
            "messages",
            Members { json in
                for event in catalog.events { json.field(event.type, Message(event: event)) }
            })
        json.field(
            "schemas",
            Members { json in
                let schemas = catalog.events.flatMap { $0.schema.named } + CloudEvent.headers.named
                let named = Dictionary(schemas.compactMap { schema in schema.name.map { ($0, schema) } }) { first, _ in
                    first
                }
                for (name, schema) in named.sorted(by: { $0.key < $1.key }) {
                    json.field(name) { schema.writeDefinition(to: &$0) }
                }
            })
    }
}

/// Where messages go or come from.
private struct Channel: JSONEncodable {
    let address: String
    let event: any DescribedEvent.Type
    /// Nil for the exchange.
    let queue: String?

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("address", address)
            json.field(
                "messages",
                Members { json in
                    json.field(event.type, Reference("#/components/messages/\(event.type)"))
                })
            json.field(
                "bindings",
                AMQPBinding { json in
                    json.field("is", queue == nil ? "routingKey" : "queue")
                    json.field(
                        queue == nil ? "exchange" : "queue",
                        Members { json in
                            json.field("name", queue ?? eventsExchange)
                            if queue == nil { json.field("type", "topic") } else { json.field("exclusive", false) }
                            json.field("durable", true)
                            json.field("autoDelete", false)
                        })
                })
        }
    }
}

private struct MessageOperation: JSONEncodable {
    let action: String
    let channel: String
    let event: any DescribedEvent.Type

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("action", action)
            json.field("channel", Reference("#/channels/\(channel)"))
            json.field("messages", [Reference("#/channels/\(channel)/messages/\(event.type)")])
            json.field(
                "bindings",
                AMQPBinding { json in
                    if action == "send" {
                        json.field("deliveryMode", 2)
                        json.field("mandatory", event.mustBeRouted)
                        json.field("timestamp", true)
                    } else {
                        json.field("ack", true)
                    }
                })
        }
    }
}

private struct Message: JSONEncodable {
    let event: any DescribedEvent.Type

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("name", event.type)
            json.field("title", event.type)
            json.field("summary", ifPresent: event.schema.words)
            json.field("contentType", "application/json")
            json.field("headers", CloudEvent.headers)
            json.field("payload", event.schema)
            json.field(
                "correlationId",
                Members { json in
                    json.field("location", "$message.header#/\(CloudEvent.header(CloudEvent.correlationID))")
                })
            json.field("bindings", AMQPBinding { $0.field("messageType", event.type) })
            json.field("examples", [Members { $0.field("payload", event.schema.example) }])
        }
    }
}

/// An object of the members that a closure writes.
private struct Members: JSONEncodable {
    let body: (inout JSONWriter) -> Void

    init(_ body: @escaping (inout JSONWriter) -> Void) { self.body = body }

    func write(to json: inout JSONWriter) { json.object(body) }
}

private struct Reference: JSONEncodable {
    let target: String

    init(_ target: String) { self.target = target }

    func write(to json: inout JSONWriter) { json.object { $0.field("$ref", target) } }
}

/// What AMQP 0-9-1 alone knows of.
private struct AMQPBinding: JSONEncodable {
    let body: (inout JSONWriter) -> Void

    init(_ body: @escaping (inout JSONWriter) -> Void) { self.body = body }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field(
                "amqp",
                Members { json in
                    body(&json)
                    json.field("bindingVersion", "0.3.0")
                })
        }
    }
}
