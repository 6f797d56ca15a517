import AMQP
import DomainKit
import Lifecycle

/// The headers that travel with a message that could not be handled.
enum FailureHeader {
    /// How many attempts have failed.
    static let attempt = "tradewind-attempt"
    static let firstFailedAt = "tradewind-first-failed-at"
    static let lastFailedAt = "tradewind-last-failed-at"
    static let error = "tradewind-error"
    /// The queue whose consumer failed.
    static let consumer = "tradewind-consumer"

    /// How many attempts have failed by what `headers` say, at most 10,000: whoever can publish can write anything there.
    static func attempts(in headers: MessageHeaders) -> Int {
        Int(min(max(headers[attempt]?.integer ?? 0, 0), 10_000))
    }
}

/// A failed attempt at one message, and what follows from it.
struct Failure: Sendable {
    /// Where the message goes.
    enum Destination: Sendable, Equatable {
        /// Back to its queue after a delay.
        case retry(after: Duration)
        case deadLetters
    }

    let delivery: Delivery
    let queue: String
    let reason: String
    let attempt: Int
    let destination: Destination
    let time: Timestamp
    /// How long the message stays in its wait queue.
    private let expiration: Duration?

    /// - Parameters:
    ///   - isFinal: whether another attempt is of no use.
    ///   - retryDelays: the delay before each attempt after the first.
    ///   - jittered: makes the delay vary, so that many messages do not return at once.
    init(
        of delivery: Delivery, from queue: String, reason: String, isFinal: Bool, retryDelays: [Duration],
        at time: Timestamp, jittered: (Duration) -> Duration = Backoff.jittered
    ) {
        self.delivery = delivery
        self.queue = queue
        self.reason = String(reason.prefix(500))
        self.time = time
        let earlier = FailureHeader.attempts(in: delivery.properties.headers)
        attempt = earlier + 1
        let canRetry = !isFinal && earlier < retryDelays.count
        destination = canRetry ? .retry(after: retryDelays[earlier]) : .deadLetters
        expiration = canRetry ? jittered(retryDelays[earlier]) : nil
    }

    /// The message on its way to where it goes.
    var message: OutgoingMessage {
        let properties = delivery.properties
        var message = OutgoingMessage(
            exchange: "", routingKey: SubscriptionTopology.deadLetterQueue(of: queue),
            messageID: properties.messageID ?? "", type: properties.type ?? "",
            correlationID: properties.correlationID, timestamp: properties.timestamp.map(Timestamp.init(seconds:)),
            headers: headers, contentType: properties.contentType ?? "application/json", body: delivery.body)
        if case .retry(let delay) = destination {
            message.routingKey = SubscriptionTopology.retryQueue(of: queue, after: delay)
            message.expiration = expiration
        }
        return message
    }

    private var headers: MessageHeaders {
        var headers = delivery.properties.headers
        headers[FailureHeader.attempt] = .integer(Int64(attempt))
        headers[FailureHeader.firstFailedAt] = headers[FailureHeader.firstFailedAt] ?? .text(time.description)
        headers[FailureHeader.lastFailedAt] = .text(time.description)
        headers[FailureHeader.error] = .text(reason)
        headers[FailureHeader.consumer] = .text(queue)
        return headers
    }
}
