import Messaging
import OrderContracts
import StockContracts

/// What Notification listens to, each kind of event through a queue of its own.

extension Subscription where Event == OrderConfirmed {
    /// The queue `notification.order-confirmed`, which feeds `NotifyOfConfirmations`.
    public static var orderConfirmed: Subscription { Subscription(consumer: "notification") }
}

extension Subscription where Event == CustomerErased {
    /// The queue `notification.order-customer-erased`, which feeds `EraseCustomer`.
    public static var customerErased: Subscription { Subscription(consumer: "notification") }
}

extension Subscription where Event == OrderCancelled {
    /// The queue `notification.order-cancelled`, which feeds `NotifyOfCancellations`.
    public static var orderCancelled: Subscription { Subscription(consumer: "notification") }
}

extension Subscription where Event == ProductRunLow {
    /// The queue `notification.stock-product-run-low`, which feeds `RecordLowStock`.
    public static var productRunLow: Subscription { Subscription(consumer: "notification") }
}
