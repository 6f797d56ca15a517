import DomainKit
import NotificationDomain
import OrderContracts

/// Tells customers that their orders will not be delivered, and why.
public struct NotifyOfCancellations: Sendable {
    private let announce: Announcer

    public init(_ announcer: Announcer) { announce = announcer }

    public func callAsFunction(_ events: [Received<OrderCancelled>], in work: any UnitOfWork) async throws {
        let announcements = events.map { received in
            Announcement(
                order: received.event.order, template: .orderCancelled, reason: received.event.reason,
                supersedes: [.orderConfirmed, .orderFollowUp], cause: received.cause)
        }
        try await announce(announcements, in: work)
    }
}
