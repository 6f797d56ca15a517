import DomainKit
import NotificationDomain
import OrderContracts

/// Tells customers that their orders will be delivered.
///
/// A confirmation that comes after its order's cancellation is recorded as skipped: the last word to a customer must be
/// the true one. The customers of the others are asked later whether all is well, where that is wanted.
public struct NotifyOfConfirmations: Sendable {
    private let announce: Announcer
    private let followUps: FollowUps?

    /// - Parameter followUps: plans to ask later; nobody is asked without it.
    public init(_ announcer: Announcer, followUps: FollowUps? = nil) {
        announce = announcer
        self.followUps = followUps
    }

    public func callAsFunction(_ events: [Received<OrderConfirmed>], in work: any UnitOfWork) async throws {
        let announcements = events.map { received in
            Announcement(
                order: received.event.order, template: .orderConfirmed, supersededBy: .orderCancelled,
                cause: received.cause)
        }
        let new = try await announce(announcements, in: work)
        try await followUps?.plan(events.filter { new.contains($0.event.order.orderID) }, in: work)
    }
}
