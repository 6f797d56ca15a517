import NotificationApplication
import NotificationDomain

/// Stands for a channel that is not set up: whatever is to go by it fails.
public struct UnsetChannel: NotificationChannel {
    public let channel: Channel
    public let needsAddress = false
    private let reason: String

    /// - Parameter reason: why it fails, for operators.
    public init(_ channel: Channel, reason: String) {
        self.channel = channel
        self.reason = reason
    }

    public func deliver(_ message: OutgoingMessage) async throws(DeliveryFailed) {
        throw DeliveryFailed(reason: reason)
    }
}
