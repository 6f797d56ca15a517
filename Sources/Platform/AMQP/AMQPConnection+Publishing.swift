import CRabbitMQ

extension AMQPConnection {
    /// How many messages may wait for their confirm at a time. More gains nothing (see the performance notes).
    static let window = 500

    /// Publishes all of `messages`, in order, and waits until the broker has settled every one.
    ///
    /// A connection that breaks on the way is not thrown but reported, so that what has been confirmed by then is known;
    /// the connection is closed then. The same goes for a broker that does not settle them within the reply timeout.
    ///
    /// - Throws: ``AMQPError`` when the connection is not open, and nothing was published.
    public func publish(_ messages: [OutgoingMessage]) throws(AMQPError) -> PublishReport {
        guard let link else { throw AMQPError(.notConnected, "publish to \(settings)") }
        let firstTag = try askForConfirms()
        var window = ConfirmWindow(messageIDs: messages.map(\.messageID), firstTag: firstTag)
        nextPublishTag = firstTag + UInt64(messages.count)
        let deadline = ContinuousClock.now + settings.replyTimeout
        link.watchdog.arm(settings.replyTimeout + .seconds(1))
        do throws(AMQPError) {
            for (index, message) in messages.enumerated() {
                while isBlocked || window.inFlight >= Self.window {
                    try settle(&window, link, deadline)
                }
                try link.publish(message)
                window.didSend()
                if index % 64 == 63 { try settleWhatArrived(&window, link) }
            }
            while window.inFlight > 0 { try settle(&window, link, deadline) }
        } catch {
            discard()
            return PublishReport(outcomes: window.report, failure: error)
        }
        link.watchdog.disarm()
        return PublishReport(outcomes: window.report, failure: nil)
    }

    private func askForConfirms() throws(AMQPError) -> UInt64 {
        if let nextPublishTag { return nextPublishTag }
        try call("ask for confirms") { state, _ in amqp_confirm_select(state, Link.channel) }
        return 1
    }

    /// Waits for news of the broker and enters it in `window`.
    private func settle(
        _ window: inout ConfirmWindow, _ link: Link, _ deadline: ContinuousClock.Instant
    ) throws(AMQPError) {
        if try settleWhatArrived(&window, link) { return }
        guard ContinuousClock.now < deadline else {
            let reason = isBlocked ? "the broker has blocked its publishers" : "no confirm in time"
            throw AMQPError(.timeout, "publish", text: reason)
        }
        link.waitForInput(until: deadline)
    }

    /// Enters what has arrived; false when nothing had.
    @discardableResult
    private func settleWhatArrived(_ window: inout ConfirmWindow, _ link: Link) throws(AMQPError) -> Bool {
        var any = false
        while let event = try link.nextEvent() {
            any = true
            switch event {
            case .confirmed(let tag, let multiple): window.confirm(tag, multiple: multiple)
            case .rejected(let tag, let multiple): window.reject(tag, multiple: multiple)
            case .returned(let messageID, let text): window.didReturn(messageID: messageID, text: text)
            case .delivered(let delivery): deliveries.append(delivery)
            case .blocked: isBlocked = true
            case .unblocked: isBlocked = false
            }
        }
        return any
    }
}
