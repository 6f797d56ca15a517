import DomainKit
import NotificationDomain
import OrderContracts

/// Tells customers that their orders will be delivered.
///
/// A confirmation that comes after its order's cancellation is recorded as skipped: the last word to a customer must be
/// the true one.
public struct NotifyOfConfirmations: Sendable {
    private let announce: Announcer

    public init(_ announcer: Announcer) { announce = announcer }

    public func callAsFunction(_ events: [Received<OrderConfirmed>], in work: any UnitOfWork) async throws {
        let announcements = events.map { received in
            Announcement(
                order: received.event.order, template: .orderConfirmed, supersededBy: .orderCancelled,
                cause: received.cause)
        }
        try await announce(announcements, in: work)
    }
}
