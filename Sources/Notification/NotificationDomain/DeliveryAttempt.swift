import DomainKit

/// One time that a notification was handed to a channel.
public struct DeliveryAttempt: Sendable, Equatable {
    /// What came of it. The raw values are those of the database and of HTTP.
    public enum Outcome: String, Sendable, CaseIterable {
        case sent = "Sent"
        /// It was not taken, and is to be tried again.
        case deferred = "Deferred"
        /// It was not taken, and is not tried again.
        case failed = "Failed"
    }

    /// From 1, through all rounds.
    public let number: Int
    /// How often somebody had it sent again on purpose until then.
    public let round: Int
    public let at: Timestamp
    public let duration: Duration
    public let channel: Channel
    public let outcome: Outcome
    /// Why it was not taken, in the words of the other side.
    public let detail: String?

    public init(
        number: Int, round: Int, at: Timestamp, duration: Duration, channel: Channel, outcome: Outcome, detail: String?
    ) {
        self.number = number
        self.round = round
        self.at = at
        self.duration = duration
        self.channel = channel
        self.outcome = outcome
        self.detail = detail
    }
}
