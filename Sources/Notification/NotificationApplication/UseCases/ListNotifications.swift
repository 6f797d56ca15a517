import DomainKit
import NotificationDomain

/// The notifications, newest first.
public struct ListNotifications: Sendable {
    private let log: any NotificationLog

    public init(_ log: any NotificationLog) { self.log = log }

    /// At most `limit` notifications older than the one with id `id`.
    public func callAsFunction(
        matching filter: NotificationFilter, before id: EntityID?, limit: Int
    ) async throws -> [Notification] {
        try await log.notifications(matching: filter, before: id, limit: limit)
    }
}
