import NotificationApplication
import NotificationDomain

/// The channel that sends nothing: the record of a notification is the notification.
public struct LogChannel: NotificationChannel {
    public let channel = Channel.log

    public init() {}

    public func deliver(_ message: Message, to recipient: Recipient) {}
}
