import Messaging
import StockContracts

extension MessageCatalog {
    /// What Stock says to the others, and what it listens to.
    public static let stock = MessageCatalog(
        of: "Stock",
        publishes: [ProductPriced.self, ProductRunLow.self, StockProcessCompleted.self, StockProcessFailed.self],
        consumes: [
            Consumed(OrderCreatedHandler.subscription), Consumed(OrderCancelledHandler.subscription),
            Consumed(CustomerErasedHandler.subscription),
        ])
}
