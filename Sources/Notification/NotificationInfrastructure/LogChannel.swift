import NotificationApplication
import NotificationDomain

/// The channel that sends nothing: the record of a notification is the notification.
public struct LogChannel: NotificationChannel {
    public let channel = Channel.log
    public let needsAddress = false
    public let batchSize = 200
    public let isImmediate = true

    public init() {}

    public func deliver(_ message: OutgoingMessage) {}
}
