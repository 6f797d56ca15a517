import DomainKit
import NotificationDomain

/// What is to be delivered, each by one process at a time: whoever takes it holds a lease, which others respect until it
/// ends.
public protocol DeliveryQueue: Sendable {
    /// Records what became of deliveries, and takes the next ones, in as few round trips as can be.
    /// - Parameters:
    ///   - finished: nil where there is nothing to record.
    ///   - wanted: nil where nothing is to be taken.
    /// - Returns: which of the results were recorded: of those whose lease is another's by now, or whose notification is
    ///   gone, nothing is. And what was taken, oldest first.
    func exchange(
        _ finished: FinishedDeliveries?, for wanted: WantedDeliveries?, in work: any UnitOfWork
    ) async throws -> (recorded: Set<EntityID>, taken: [PendingDelivery])

    /// Has a notification delivered once more, in a new round: with the message that was kept, where there is one.
    /// - Parameter channel: the way to do so.
    func restart(_ notification: Notification, on channel: Channel, cause: Cause, in work: any UnitOfWork) async throws

    /// What waits, as far as it is due, of each of the channels.
    /// - Parameter limit: how many of a channel are counted.
    func due(on channels: [Channel], limit: Int) async throws -> [Channel: DueDeliveries]
}

/// What somebody is about to take from the queue.
public struct WantedDeliveries: Sendable {
    public let channel: Channel
    /// How many at most.
    public let limit: Int
    /// Nil where the unit of work holds them alone: they must be recorded in it, too.
    public let lease: DeliveryLease?

    public init(channel: Channel, limit: Int, lease: DeliveryLease? = nil) {
        self.channel = channel
        self.limit = limit
        self.lease = lease
    }
}

/// A time during which nobody else takes what was taken.
public struct DeliveryLease: Sendable {
    /// By which the results are recorded.
    public let id: EntityID
    public let duration: Duration

    /// - Parameter id: a new identity.
    public init(_ id: EntityID = .v7(), for duration: Duration) {
        self.id = id
        self.duration = duration
    }
}

/// What became of deliveries that were taken together.
public struct FinishedDeliveries: Sendable {
    /// The lease under which they were taken; nil where this unit of work took them without one.
    public let lease: EntityID?
    public let results: [DeliveryResult]
    /// Those that nothing was done about: they are due again at once.
    public let untouched: [EntityID]

    public init(lease: EntityID?, results: [DeliveryResult], untouched: [EntityID] = []) {
        self.lease = lease
        self.results = results
        self.untouched = untouched
    }
}

/// A notification that somebody is to deliver.
public struct PendingDelivery: Sendable {
    /// As it was when it was taken.
    public let notification: Notification
    /// How often somebody had it sent again on purpose.
    public let round: Int
    /// How often it was tried in this round.
    public let tries: Int
    /// What it tells of; nil where that was not kept, or cannot be read.
    public let occasion: Occasion?
    /// What led to it.
    public let cause: Cause
    /// Whether its order was cancelled after what it says, since it was first tried.
    public let isUntrue: Bool

    public init(
        notification: Notification, round: Int = 0, tries: Int = 0, occasion: Occasion?, cause: Cause,
        isUntrue: Bool = false
    ) {
        self.notification = notification
        self.round = round
        self.tries = tries
        self.occasion = occasion
        self.cause = cause
        self.isUntrue = isUntrue
    }
}

/// What is due of one channel.
public struct DueDeliveries: Sendable, Equatable {
    public let count: Int
    /// For how long the first of them has been due.
    public let age: Duration

    public init(count: Int, age: Duration) {
        self.count = count
        self.age = age
    }
}

/// Tells those who deliver that there is something to deliver, so that it need not wait for their next look.
public protocol DeliverySignal: Sendable {
    /// So many more are due. Returns at once.
    func signal(_ count: Int, on channel: Channel)
}
