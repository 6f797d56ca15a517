import AMQP
import DomainKit
import Tracing

/// The publish spans of messages on their way to the broker, by OpenTelemetry's conventions for messaging: one for each
/// message, a child of what its row was written for. The message carries it on, so that whoever handles it is its child.
struct PublishSpans: Sendable {
    /// The messages to publish in place of those that were given.
    let messages: [OutgoingMessage]
    /// One for each message, nil where it is not recorded; empty where none is.
    private let spans: [Span?]

    init(_ messages: [OutgoingMessage], _ tracer: Tracer) {
        guard tracer.isRecording else {
            self.messages = messages
            spans = []
            return
        }
        let traced = messages.map { $0.traced(by: tracer) }
        self.messages = traced.map(\.message)
        spans = traced.map(\.span)
    }

    func end(_ outcomes: [PublishOutcome]) {
        for (span, outcome) in zip(spans, outcomes) {
            switch outcome {
            case .confirmed: break
            case .unroutable: span?.fail("unroutable")
            case .rejected: span?.fail("rejected")
            case .unknown: span?.fail("connection_lost")
            }
            span?.end()
        }
    }

    /// The broker could not be talked to. Nothing happens where the spans have ended.
    func endUnpublished() { for span in spans { end(span) } }

    private func end(_ span: Span?) {
        span?.fail("connection_lost")
        span?.end()
    }
}

extension OutgoingMessage {
    fileprivate func traced(by tracer: Tracer) -> (message: OutgoingMessage, span: Span?) {
        let parent = TraceContext(headers)
        let destination = "\(exchange.isEmpty ? "" : exchange + ":")\(routingKey)"
        let (context, span) = tracer.begin(
            "publish \(destination)", .producer, continuing: parent,
            attributes: [
                SpanAttribute("messaging.system", .string("rabbitmq")),
                SpanAttribute("messaging.operation.name", .string("publish")),
                SpanAttribute("messaging.operation.type", .string("send")),
                SpanAttribute("messaging.destination.name", .string(destination)),
                SpanAttribute("messaging.rabbitmq.destination.routing_key", .string(routingKey)),
                SpanAttribute("messaging.message.id", .string(messageID)),
                SpanAttribute("messaging.message.conversation_id", .string(correlationID ?? "")),
                SpanAttribute("messaging.message.body.size", .integer(body.count)),
                SpanAttribute("cloudevents.event_type", .string(type)),
            ])
        // What is not recorded stays as it came; a trace that begins here says that it is not, once and for all.
        if span == nil, parent != nil { return (self, nil) }
        var message = self
        message.headers[CloudEvent.traceparent] = .text(context.traceparent)
        message.headers[CloudEvent.tracestate] = context.tracestate.map { .text($0) }
        return (message, span)
    }
}

extension TraceContext {
    /// The trace that a message is in by its headers; nil where it is in none.
    init?(_ headers: MessageHeaders) {
        self.init(
            traceparent: headers[CloudEvent.traceparent]?.text, tracestate: headers[CloudEvent.tracestate]?.text)
    }

    /// The trace that a message is in; nil where it is in none.
    init?(_ cause: Cause) { self.init(traceparent: cause.traceparent, tracestate: cause.tracestate) }
}

extension Received {
    /// The span of handling this message, from a queue, and the message as its handler gets it: what follows from it
    /// belongs to the span.
    func traced(by tracer: Tracer, _ delivery: Delivery, from queue: String) -> (received: Received, span: Span?) {
        guard tracer.isRecording else { return (self, nil) }
        let source = "\(delivery.exchange.isEmpty ? "" : delivery.exchange + ":")\(delivery.routingKey)"
        let (context, span) = tracer.begin(
            "process \(queue)", .consumer, continuing: TraceContext(cause),
            attributes: [
                SpanAttribute("messaging.system", .string("rabbitmq")),
                SpanAttribute("messaging.operation.name", .string("process")),
                SpanAttribute("messaging.operation.type", .string("process")),
                SpanAttribute(
                    "messaging.destination.name",
                    .string(delivery.routingKey == queue ? source : "\(source):\(queue)")),
                SpanAttribute("messaging.rabbitmq.destination.routing_key", .string(delivery.routingKey)),
                SpanAttribute("messaging.rabbitmq.message.delivery_tag", .integer(Int(clamping: delivery.tag))),
                SpanAttribute("messaging.message.id", .string(messageID.description)),
                SpanAttribute("messaging.message.conversation_id", .string(cause.correlationID)),
                SpanAttribute("messaging.message.body.size", .integer(delivery.body.count)),
                SpanAttribute("cloudevents.event_type", .string(Event.type)),
            ])
        guard let span else { return (self, nil) }
        let cause = Cause(
            correlationID: cause.correlationID, causationID: cause.causationID, traceparent: context.traceparent,
            tracestate: context.tracestate)
        return (Received(event: event, messageID: messageID, occurredAt: occurredAt, cause: cause), span)
    }
}
