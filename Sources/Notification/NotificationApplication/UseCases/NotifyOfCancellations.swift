import DomainKit
import NotificationDomain
import OrderContracts

/// Tells customers that their orders will not be delivered, and why. Nobody asks them later whether all is well.
public struct NotifyOfCancellations: Sendable {
    private let announce: Announcer
    private let followUps: FollowUps?

    /// - Parameter followUps: takes back that the customer is asked later.
    public init(_ announcer: Announcer, followUps: FollowUps? = nil) {
        announce = announcer
        self.followUps = followUps
    }

    public func callAsFunction(_ events: [Received<OrderCancelled>], in work: any UnitOfWork) async throws {
        try await followUps?.callOff(events, in: work)
        let announcements = events.map { received in
            Announcement(
                order: received.event.order, template: .orderCancelled, reason: received.event.reason,
                supersedes: [.orderConfirmed, .orderFollowUp], cause: received.cause)
        }
        try await announce(announcements, in: work)
    }
}
