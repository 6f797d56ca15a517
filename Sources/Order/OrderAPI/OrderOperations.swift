import HTTPServer
import JSON
import OrderDomain

/// What each route of Order is for, and who may call it.
extension Operation {
    static let placeOrder = Operation(
        "placeOrder", "Places an order", tag: "Orders", access: .anyRole,
        details: """
            The server prices the items; a price in the body is ignored. The order is `Pending` until Stock has answered.
            """,
        parameters: [.idempotencyKey], body: .json(PlaceOrderBody.schema),
        answers: [
            .json(201, PlacedOrderBody.schema, "The order was placed.", headers: [.location])
        ])

    static let listOrders = Operation(
        "listOrders", "Lists orders, newest first", tag: "Orders", access: .anyRole,
        parameters: .page(of: [
            .query("customerId", .uuid, "Only orders of this customer."),
            .query("status", .oneOf(OrderStatus.self), "Only orders in this state."),
            .query("stalled", .oneOf(["true"]), "Only orders that have been Pending for too long."),
        ]),
        answers: [.page(of: OrderBody.schema, "The orders.")])

    static let getOrder = Operation(
        "getOrder", "Shows an order", tag: "Orders", access: .anyRole,
        parameters: [.orderID, .ifNoneMatch], answers: [.json(200, OrderBody.schema, "The order.")])

    static let cancelOrder = Operation(
        "cancelOrder", "Cancels a pending or confirmed order", tag: "Orders", access: .anyRole,
        details: "Its stock goes back.", parameters: [.orderID, .idempotencyKey, .ifMatch],
        body: .json(CancelOrderBody.schema, required: false),
        answers: [
            .json(200, OrderBody.schema, "The order, which is Cancelled now."), .problem(.orderCancelledAlready),
        ])

    static let getOrderTimeline = Operation(
        "getOrderTimeline", "Shows what happened to an order, oldest first", tag: "Orders", access: .anyRole,
        parameters: [.orderID], answers: [.json(200, TimelineBody.schema, "What happened.")])
}

extension Operation.Parameter {
    fileprivate static let orderID = path("orderId", "The order.")
}
