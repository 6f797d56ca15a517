import Messaging
import NotificationContracts

extension MessageCatalog {
    /// What Notification says to the others, and what it listens to.
    public static let notification = MessageCatalog(
        of: "Notification", publishes: [NotificationSent.self, NotificationFailed.self],
        consumes: [
            Consumed(.orderConfirmed), Consumed(.orderCancelled), Consumed(.customerErased), Consumed(.productRunLow),
        ])
}
