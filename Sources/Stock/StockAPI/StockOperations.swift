import HTTPServer

/// What each route of Stock is for, and who may call it.
extension Operation {
    static let registerProduct = Operation(
        "registerProduct", "Registers or changes a product", tag: "Products", access: .roles([.admin]))
    static let getProduct = Operation("getProduct", "Shows a product", tag: "Products", access: .anyRole)
    static let listProducts = Operation("listProducts", "Lists what is sold", tag: "Products", access: .anyRole)
    static let adjustStock = Operation(
        "adjustStock", "Books a receipt or a correction", tag: "Stock", access: .roles([.admin]))
    static let getStock = Operation(
        "getStock", "Shows how much there is of a product", tag: "Stock", access: .roles([.operator, .admin]))
    static let listStocks = Operation(
        "listStocks", "Lists how much there is of each product", tag: "Stock", access: .roles([.operator, .admin]))
}
