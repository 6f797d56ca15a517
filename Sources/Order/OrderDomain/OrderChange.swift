import DomainKit

/// What happened to an order: how its state changed, if it did, and what its timeline tells of it.
public struct OrderChange: Sendable, Equatable {
    /// How the state of an order can change.
    public enum Transition: Sendable, Equatable {
        case confirmed
        /// With the reason, in words that a customer can be shown.
        case cancelled(reason: String)
    }

    /// Nil where something happened around the order and left its state as it was.
    public let transition: Transition?
    public let entries: [TimelineEntry]
}

/// One step in the life of an order.
public struct TimelineEntry: Sendable, Equatable {
    /// What can happen. Each happens to an order once.
    public enum Step: String, Sendable, CaseIterable {
        case pending = "Pending"
        case stalled = "Stalled"
        case stockDeducted = "StockDeducted"
        case stockRefused = "StockRefused"
        case confirmed = "Confirmed"
        case cancelled = "Cancelled"
    }

    public let step: Step
    public let at: Timestamp
    /// What else there is to say, such as the reason of a cancellation.
    public let detail: String?

    public init(_ step: Step, at: Timestamp, detail: String? = nil) {
        self.step = step
        self.at = at
        self.detail = detail
    }
}
