import CRabbitMQ

extension AMQPError {
    /// The failure that `reply` stands for; nil when the call succeeded.
    init?(_ reply: amqp_rpc_reply_t, _ context: String) {
        switch reply.reply_type {
        case AMQP_RESPONSE_NORMAL:
            return nil
        case AMQP_RESPONSE_LIBRARY_EXCEPTION:
            let lost = tradewind_amqp_is_lost_connection(reply.library_error) != 0
            self.init(lost ? .connectionLost : .protocolViolation, context, text: libraryText(reply.library_error))
        case AMQP_RESPONSE_SERVER_EXCEPTION:
            self.init(closing: reply.reply, context)
        default:
            self.init(.connectionLost, context, text: "the broker closed the socket")
        }
    }

    /// The broker closed the channel or the connection, and says why.
    init(closing method: amqp_method_t, _ context: String) {
        switch method.id {
        case AMQP_CHANNEL_CLOSE_METHOD:
            let close = method.decoded.assumingMemoryBound(to: amqp_channel_close_t.self).pointee
            self.init(.channelClosed, context, replyCode: close.reply_code, text: String(close.reply_text))
        case AMQP_CONNECTION_CLOSE_METHOD:
            let close = method.decoded.assumingMemoryBound(to: amqp_connection_close_t.self).pointee
            self.init(.connectionLost, context, replyCode: close.reply_code, text: String(close.reply_text))
        default:
            self.init(.protocolViolation, context, text: "unexpected method \(method.id)")
        }
    }
}
