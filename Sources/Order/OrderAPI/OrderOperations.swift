import HTTPServer

/// What each route of Order is for, and who may call it.
extension Operation {
    static let placeOrder = Operation("placeOrder", "Places an order", tag: "Orders", access: .anyRole)
    static let listOrders = Operation("listOrders", "Lists orders, newest first", tag: "Orders", access: .anyRole)
    static let getOrder = Operation("getOrder", "Shows an order", tag: "Orders", access: .anyRole)
    static let cancelOrder = Operation(
        "cancelOrder", "Cancels a pending or confirmed order", tag: "Orders", access: .anyRole)
    static let getOrderTimeline = Operation(
        "getOrderTimeline", "Shows what happened to an order, oldest first", tag: "Orders", access: .anyRole)
    static let getCustomerData = Operation(
        "getCustomerData", "Shows all that is known here of a customer", tag: "Personal data",
        access: .roles([.customer, .admin]))
    static let eraseCustomerData = Operation(
        "eraseCustomerData", "Forgets a customer as a person", tag: "Personal data",
        access: .roles([.customer, .admin]))
}
