import CRabbitMQ

/// Something the broker sent on its own account.
enum BrokerEvent {
    case confirmed(tag: UInt64, multiple: Bool)
    case rejected(tag: UInt64, multiple: Bool)
    case returned(messageID: String, text: String)
    case delivered(Delivery)
    /// The broker reads no more messages, as under a memory or disk alarm.
    case blocked
    case unblocked
}

/// Puts frames together to events: a message comes as a method, a header, and bodies until it is whole.
struct FrameAssembly {
    private enum Start {
        case delivery(amqp_basic_deliver_t, exchange: String, routingKey: String)
        case refusal(text: String)
    }

    private var start: Start?
    private var properties = MessageProperties()
    private var body: [UInt8] = []
    private var missing = 0

    /// Takes the next frame. What it points to is copied.
    ///
    /// - Throws: ``AMQPError`` when the frame says that the channel, the connection or the consumer has ended.
    mutating func add(_ frame: amqp_frame_t) throws(AMQPError) -> BrokerEvent? {
        switch Int32(frame.frame_type) {
        case Int32(AMQP_FRAME_METHOD):
            return try add(method: frame.payload.method)
        case Int32(AMQP_FRAME_HEADER):
            guard let decoded = frame.payload.properties.decoded else { return nil }
            properties = MessageProperties(decoded.assumingMemoryBound(to: amqp_basic_properties_t.self).pointee)
            missing = Int(clamping: frame.payload.properties.body_size)
            body = []
            // No more than a message has as a rule: what is announced may never come.
            body.reserveCapacity(min(missing, 1 << 20))
            return missing == 0 ? finish() : nil
        case Int32(AMQP_FRAME_BODY):
            let part = frame.payload.body_fragment
            body.append(contentsOf: UnsafeRawBufferPointer(start: part.bytes, count: part.len))
            missing -= part.len
            return missing <= 0 ? finish() : nil
        default:
            return nil
        }
    }

    private mutating func add(method: amqp_method_t) throws(AMQPError) -> BrokerEvent? {
        func decoded<T>(_ type: T.Type) -> T { method.decoded.assumingMemoryBound(to: type).pointee }
        switch method.id {
        case AMQP_BASIC_ACK_METHOD:
            let ack = decoded(amqp_basic_ack_t.self)
            return .confirmed(tag: ack.delivery_tag, multiple: ack.multiple != 0)
        case AMQP_BASIC_NACK_METHOD:
            let nack = decoded(amqp_basic_nack_t.self)
            return .rejected(tag: nack.delivery_tag, multiple: nack.multiple != 0)
        case AMQP_BASIC_RETURN_METHOD:
            start = .refusal(text: String(decoded(amqp_basic_return_t.self).reply_text))
        case AMQP_BASIC_DELIVER_METHOD:
            let deliver = decoded(amqp_basic_deliver_t.self)
            start = .delivery(
                deliver, exchange: String(deliver.exchange), routingKey: String(deliver.routing_key))
        case AMQP_BASIC_CANCEL_METHOD:
            throw AMQPError(.consumerCancelled, "consume", text: "the queue was deleted or has no leader")
        case AMQP_CHANNEL_CLOSE_METHOD, AMQP_CONNECTION_CLOSE_METHOD:
            throw AMQPError(closing: method, "receive")
        case AMQP_CONNECTION_BLOCKED_METHOD:
            return .blocked
        case AMQP_CONNECTION_UNBLOCKED_METHOD:
            return .unblocked
        default:
            break
        }
        return nil
    }

    private mutating func finish() -> BrokerEvent? {
        defer { start = nil }
        switch start {
        case .delivery(let deliver, let exchange, let routingKey):
            return .delivered(
                Delivery(
                    tag: deliver.delivery_tag, exchange: exchange, routingKey: routingKey,
                    isRedelivered: deliver.redelivered != 0, properties: properties, body: body))
        case .refusal(let text):
            return .returned(messageID: properties.messageID ?? "", text: text)
        case nil:
            return nil
        }
    }
}
