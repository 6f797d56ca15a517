import DomainKit
import JSON
import NotificationDomain
import OrderContracts

/// Asks customers some time after their orders were confirmed whether all is well.
public struct FollowUp: Sendable {
    /// The kind of scheduled work that it does.
    public static let kind = TemplateKey.orderFollowUp.text

    private let announce: Announcer

    public init(_ announcer: Announcer) { announce = announcer }

    /// Does work that ``FollowUps`` planned. Whether a customer wants to be asked is decided at delivery.
    /// - Returns: what came of it, for who reads the list.
    public func callAsFunction(_ due: [ScheduledWork], in work: any UnitOfWork) async throws -> String {
        let announcements = try due.map { item in
            Announcement(
                order: try JSONReader.decode(OrderSnapshot.self, from: JSONValue(parsing: Array(item.data.utf8))),
                template: .orderFollowUp,
                supersededBy: .orderCancelled, cause: item.cause)
        }
        try await announce(announcements, in: work)
        return "announced"
    }
}

/// Plans to ask customers, and takes that back.
public struct FollowUps: Sendable {
    private let schedule: any Schedule
    private let after: Duration

    /// - Parameter after: how long after its confirmation an order is followed up; with zero none is.
    public init(_ schedule: any Schedule, after: Duration) {
        self.schedule = schedule
        self.after = after
    }

    func plan(_ confirmed: [Received<OrderConfirmed>], in work: any UnitOfWork) async throws {
        guard after > .zero else { return }
        try await schedule.add(
            confirmed.map { received in
                ScheduledWork(
                    id: .v7(at: work.now), kind: FollowUp.kind, about: received.event.order.orderID,
                    dueAt: received.occurredAt + after, data: received.event.order.jsonText, cause: received.cause)
            }, in: work)
    }

    /// Call it before anything else: see ``Schedule/callOff(_:about:because:in:)``.
    func callOff(_ cancelled: [Received<OrderCancelled>], in work: any UnitOfWork) async throws {
        try await schedule.callOff(
            FollowUp.kind, about: Set(cancelled.map(\.event.order.orderID)), because: "the order was cancelled",
            in: work)
    }
}
