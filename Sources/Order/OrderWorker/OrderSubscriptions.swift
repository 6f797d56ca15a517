import Messaging
import StockContracts

/// What Order listens to, each kind of event through a queue of its own.

extension Subscription where Event == StockProcessCompleted {
    /// The queue `order.stock-process-completed`, which feeds `ConfirmOrders`.
    public static var stockProcessCompleted: Subscription { Subscription(consumer: "order") }
}

extension Subscription where Event == StockProcessFailed {
    /// The queue `order.stock-process-failed`, which feeds `RejectOrders`.
    public static var stockProcessFailed: Subscription { Subscription(consumer: "order") }
}

extension Subscription where Event == ProductPriced {
    /// The queue `order.stock-product-priced`, which feeds `RecordPrices`.
    public static var productPriced: Subscription { Subscription(consumer: "order") }
}
