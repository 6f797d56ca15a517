import Messaging
import OrderContracts

extension MessageCatalog {
    /// What Order says to the others, and what it listens to.
    public static let order = MessageCatalog(
        of: "Order", publishes: [OrderCreated.self, OrderConfirmed.self, OrderCancelled.self, CustomerErased.self],
        consumes: [
            Consumed(.productPriced), Consumed(.stockProcessCompleted), Consumed(.stockProcessFailed),
        ])
}
