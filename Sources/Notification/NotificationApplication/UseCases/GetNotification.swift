import DomainKit
import NotificationDomain

/// One notification with every attempt to deliver it, oldest first; nil where there is none.
public struct GetNotification: Sendable {
    private let log: any NotificationLog

    public init(_ log: any NotificationLog) { self.log = log }

    public func callAsFunction(
        _ id: EntityID
    ) async throws -> (notification: Notification, attempts: [DeliveryAttempt])? {
        try await log.notification(id)
    }
}
