import DomainKit
import NotificationDomain

/// What became of one delivery.
public struct DeliveryResult: Sendable {
    public enum Outcome: Sendable, Equatable {
        case sent
        /// It was not taken; it is tried again after the pause.
        case deferred(reason: String, pause: Duration)
        /// It could not be made or was not taken, and is not tried again.
        case failed(reason: String)
        /// It is not to be sent.
        case skipped(reason: String)
    }

    public let delivery: PendingDelivery
    public let outcome: Outcome
    /// The way by which it was done, or would have been.
    public let channel: Channel
    /// Whom it was for.
    public let recipient: Recipient
    /// What was composed; nil where nothing was, and what was kept is kept.
    public let composed: ComposedMessage?
    /// When it was handed to the channel, and how long that took; nil where it was not.
    public let handedOver: (at: Timestamp, duration: Duration)?

    public init(
        _ outcome: Outcome, of delivery: PendingDelivery, on channel: Channel, to recipient: Recipient,
        composed: ComposedMessage? = nil, handedOver: (at: Timestamp, duration: Duration)? = nil
    ) {
        self.outcome = outcome
        self.delivery = delivery
        self.channel = channel
        self.recipient = recipient
        self.composed = composed
        self.handedOver = handedOver
    }

    public var id: EntityID { delivery.notification.id }

    /// The state of the notification from then on.
    public var status: Notification.Status {
        switch outcome {
        case .sent: .sent
        case .deferred: .pending
        case .failed: .failed
        case .skipped: .skipped
        }
    }

    /// Why it was not sent; nil where it was.
    public var reason: String? {
        switch outcome {
        case .sent: nil
        case .deferred(let reason, _), .failed(let reason), .skipped(let reason): reason
        }
    }

    /// How long until the next attempt; nil where there is none.
    // Not inlined: Swift 6.3.1 crashes while it optimizes a closure of another module that has this in it.
    @inline(never)
    public var pause: Duration? {
        if case .deferred(_, let pause) = outcome { pause } else { nil }
    }

    /// What the attempt is recorded as; nil where it did not come to one.
    public var attempt: DeliveryAttempt.Outcome? {
        guard handedOver != nil else { return nil }
        return switch outcome {
        case .sent: .sent
        case .deferred: .deferred
        case .failed, .skipped: .failed
        }
    }
}
