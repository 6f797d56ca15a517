import AMQP
import DomainKit
import Observability
import Tracing

/// Settles a batch of deliveries: when ``process(_:)`` returns, each of them may be acknowledged.
struct BatchProcessor<Event: IntegrationEvent>: Sendable {
    private struct Item: Sendable {
        let delivery: Delivery
        let received: Received<Event>
        /// Where the message is recorded.
        let span: Span?
    }

    let queue: String
    let retryDelays: [Duration]
    let inbox: any InboxStore
    let wakeUp: OutboxWakeUp?
    let clock: any WallClock
    let timing: any Timing
    let logger: Logger
    let tracer: Tracer
    let metrics: ConsumerMetrics
    let failures: FailurePublisher
    let pause: Pause
    let handler: Consumer<Event>.Handler
    let whenGivenUp: Consumer<Event>.GivenUp?

    /// - Throws: ``ConsumerStopped`` when it is to stop before all are settled.
    func process(_ deliveries: [Delivery]) async throws {
        var items: [Item] = []
        defer { for item in items { item.span?.end() } }
        for delivery in deliveries {
            do throws(UnreadableMessage) {
                let (received, span) = try Received<Event>(delivery).traced(by: tracer, delivery, from: queue)
                items.append(Item(delivery: delivery, received: received, span: span))
            } catch {
                try await settle(failure(of: delivery, reason: error.description, isFinal: true))
            }
        }
        if try await handle(items) { return }
        for item in items {
            try await handleAlone(item)
        }
    }

    // MARK: - Handling

    /// Handles all in one transaction.
    /// - Returns: false when that failed and they have to be handled one by one.
    private func handle(_ items: [Item]) async throws -> Bool {
        if items.count < 2 { return items.isEmpty }
        do {
            try await Span.shared(by: items.compactMap(\.span), as: "batch") {
                try await pause.whileAway { try await transact(items) }
            }
            return true
        } catch let stop as ConsumerStopped {
            throw stop
        } catch {
            logger.debug("batch failed, its messages are handled one by one", .count(items.count), .error(error))
            return false
        }
    }

    private func handleAlone(_ item: Item) async throws {
        defer { item.span?.end() }
        try await Span.shared(by: item.span.map { [$0] } ?? [], as: "alone") { try await attempt(item) }
    }

    private func attempt(_ item: Item) async throws {
        do {
            try await pause.whileAway { try await transact([item]) }
        } catch let stop as ConsumerStopped {
            throw stop
        } catch {
            let failure = failure(of: item.delivery, reason: String(describing: error), isFinal: false)
            item.span?.fail(String(describing: type(of: error)))
            item.span?.set("tradewind.attempt", .integer(failure.attempt))
            logger.with(TraceContext(item.received.cause)).warn(
                "message could not be handled", .messageID(item.received.messageID),
                .correlationID(item.received.cause.correlationID), .attempt(failure.attempt), .error(error))
            if failure.destination == .deadLetters { try await giveUp(item, failure.reason) }
            try await settle(failure)
        }
    }

    /// One transaction: inbox, handler, outbox.
    private func transact(_ items: [Item]) async throws {
        let start = timing.now
        let (handled, published): ([Timestamp], Int) = try await inbox.transaction { work in
            var new = try await work.claim(items.map(\.received.messageID), for: queue)
            // The same message can be there twice.
            let events = items.map(\.received).filter { new.remove($0.messageID) != nil }
            guard !events.isEmpty else { return ([], 0) }
            try await handler(events, work)
            return (events.map(\.occurredAt), try await work.flush())
        }
        if published > 0 { wakeUp?.signal() }
        metrics.observe(timing.now - start)
        metrics.count(.handled, handled.count)
        metrics.count(.duplicate, items.count - handled.count)
        let now = clock.now
        // A message without a time, from elsewhere, would count as fifty years old.
        for occurredAt in handled where occurredAt.microseconds > 0 {
            metrics.observeCriticalTime(now.since(occurredAt))
        }
    }

    // MARK: - Failing

    private func failure(of delivery: Delivery, reason: String, isFinal: Bool) -> Failure {
        Failure(
            of: delivery, from: queue, reason: reason, isFinal: isFinal, retryDelays: retryDelays, at: clock.now,
            jittered: timing.jittered)
    }

    /// Moves the message to where it goes; returns when the broker has it there.
    private func settle(_ failure: Failure) async throws {
        let message = failure.message
        try await pause.whileAway { try await failures.publish(message) }
        switch failure.destination {
        case .retry:
            metrics.count(.retried)
        case .deadLetters:
            metrics.count(.deadLettered)
            logger.with(TraceContext(failure.delivery.properties.headers)).error(
                "message moved to the dead letters", LogField("message_id", message.messageID), .reason(failure.reason),
                .attempt(failure.attempt))
        }
    }

    /// Lets the domain say what follows, once for each message however often this point is reached.
    private func giveUp(_ item: Item, _ reason: String) async throws {
        guard let whenGivenUp else { return }
        do {
            let published = try await pause.whileAway {
                try await tell(whenGivenUp, item.received, reason)
            }
            if published > 0 { wakeUp?.signal() }
        } catch let stop as ConsumerStopped {
            throw stop
        } catch {
            // The message itself must reach the dead letters all the same: there a person sees it.
            logger.error(
                "what follows from giving up could not be done", .messageID(item.received.messageID), .error(error))
        }
    }

    /// - Returns: how many events were published.
    private func tell(
        _ whenGivenUp: Consumer<Event>.GivenUp, _ received: Received<Event>, _ reason: String
    ) async throws -> Int {
        try await inbox.transaction { work in
            // A name of its own in the inbox: a redriven message must not pass for handled.
            let new = try await work.claim([received.messageID], for: "\(queue) given up")
            guard !new.isEmpty else { return 0 }
            try await whenGivenUp([received], reason, work)
            return try await work.flush()
        }
    }
}
