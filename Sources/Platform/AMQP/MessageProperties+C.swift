import CRabbitMQ

extension OutgoingMessage {
    /// The properties as the C library wants them; they live as long as `arena` is not recycled.
    func properties(in arena: Arena) -> amqp_basic_properties_t {
        var properties = amqp_basic_properties_t()
        var flags: Int32 =
            AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_MESSAGE_ID_FLAG
        properties.content_type = arena.bytes(contentType)
        properties.delivery_mode = 2
        properties.message_id = arena.bytes(messageID)
        if !type.isEmpty {
            properties.type = arena.bytes(type)
            flags |= AMQP_BASIC_TYPE_FLAG
        }
        if let correlationID {
            properties.correlation_id = arena.bytes(correlationID)
            flags |= AMQP_BASIC_CORRELATION_ID_FLAG
        }
        if let timestamp {
            properties.timestamp = UInt64(max(0, timestamp.microseconds / 1_000_000))
            flags |= AMQP_BASIC_TIMESTAMP_FLAG
        }
        if !headers.isEmpty {
            properties.headers = arena.table(headers)
            flags |= AMQP_BASIC_HEADERS_FLAG
        }
        if let expiration {
            let (seconds, attoseconds) = expiration.components
            properties.expiration = arena.bytes(String(seconds * 1_000 + attoseconds / 1_000_000_000_000_000))
            flags |= AMQP_BASIC_EXPIRATION_FLAG
        }
        properties._flags = amqp_flags_t(flags)
        return properties
    }
}

extension MessageProperties {
    /// A copy of the properties that the C library lends.
    init(_ properties: amqp_basic_properties_t) {
        func has(_ flag: Int32) -> Bool { properties._flags & amqp_flags_t(flag) != 0 }
        self.init()
        if has(AMQP_BASIC_MESSAGE_ID_FLAG) { messageID = String(properties.message_id) }
        if has(AMQP_BASIC_TYPE_FLAG) { type = String(properties.type) }
        if has(AMQP_BASIC_CORRELATION_ID_FLAG) { correlationID = String(properties.correlation_id) }
        if has(AMQP_BASIC_CONTENT_TYPE_FLAG) { contentType = String(properties.content_type) }
        if has(AMQP_BASIC_TIMESTAMP_FLAG) { timestamp = properties.timestamp }
        if has(AMQP_BASIC_HEADERS_FLAG) { headers = AMQP.headers(properties.headers) }
    }
}
