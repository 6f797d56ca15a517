import CRabbitMQ

extension AMQPConnection {
    /// Begins to consume `queue`. Each delivery must be acknowledged.
    ///
    /// - Parameter prefetch: how many deliveries the broker sends ahead of their acknowledgements.
    /// - Throws: ``AMQPError``: `channelClosed` with code 404 where there is no such queue.
    public func consume(_ queue: String, prefetch: UInt16) throws(AMQPError) {
        try call("set the prefetch of \(queue)") { state, _ in
            amqp_basic_qos(state, Link.channel, 0, prefetch, 0)
        }
        var tag = ""
        try call("consume \(queue)") { state, arena in
            let answer = amqp_basic_consume(
                state, Link.channel, arena.bytes(queue), arena.bytes(""), 0, 0, 0, arena.table([:]))
            if let answer { tag = String(answer.pointee.consumer_tag) }
        }
        consumerTag = tag
    }

    /// Waits for messages and returns what is there, in the order of delivery.
    ///
    /// It does not wait for more once there is one: while a batch is worked on, the next one gathers by itself.
    ///
    /// - Parameters:
    ///   - max: how many to return at most.
    ///   - wait: how long to wait for the first.
    /// - Returns: nothing when the time is over, ``interrupt()`` was called, or another call waits for the connection.
    /// - Throws: ``AMQPError`` when the connection was lost or the broker cancelled the consumer.
    public func receive(max: Int, wait: Duration) throws(AMQPError) -> [Delivery] {
        let deadline = ContinuousClock.now + wait
        return try using { link throws(AMQPError) in
            while true {
                try drain(link, upTo: max)
                if !deliveries.isEmpty || interruption.clear() || executor.hasJobs || .now >= deadline {
                    let batch = Array(deliveries.prefix(max))
                    deliveries.removeFirst(batch.count)
                    return batch
                }
                executor.waitForJobs { link.waitForInput(until: deadline, wakeUps: [interruption.descriptor, $0]) }
            }
        }
    }

    /// Tells the broker that a delivery has been dealt with, or all up to it. Never do it twice for one.
    ///
    /// - Throws: ``AMQPError`` when the connection was lost; the broker then delivers the message again.
    public func acknowledge(_ tag: UInt64, multiple: Bool = false) throws(AMQPError) {
        try using { link throws(AMQPError) in try link.acknowledge(tag, multiple: multiple) }
    }

    /// Asks the broker for no more deliveries. What has been received can still be acknowledged.
    public func stopConsuming() throws(AMQPError) {
        guard let tag = consumerTag else { return }
        consumerTag = nil
        try call("cancel the consumer") { state, arena in
            amqp_basic_cancel(state, Link.channel, arena.bytes(tag))
        }
        deliveries = []
    }

    /// Reads what has arrived, until there are `limit` deliveries.
    func drain(_ link: Link, upTo limit: Int) throws(AMQPError) {
        while deliveries.count < limit, let event = try link.nextEvent() {
            switch event {
            case .delivered(let delivery): deliveries.append(delivery)
            case .blocked: isBlocked = true
            case .unblocked: isBlocked = false
            case .confirmed, .rejected, .returned: break
            }
        }
    }
}
