import NotificationDomain

/// Delivers messages in one way.
public protocol NotificationChannel: Sendable {
    /// Which way.
    var channel: Channel { get }

    /// Hands over a message. It runs inside the transaction that records the notification, so it must be quick.
    /// - Throws: ``DeliveryFailed`` where it will not be delivered.
    func deliver(_ message: Message, to recipient: Recipient) async throws(DeliveryFailed)
}

/// A message will not be delivered.
public struct DeliveryFailed: Error, Sendable, Equatable {
    /// Why, for operators.
    public let reason: String

    public init(reason: String) { self.reason = reason }
}
