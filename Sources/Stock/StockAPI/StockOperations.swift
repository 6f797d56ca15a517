import DomainKit
import HTTPServer
import StockDomain

/// What each route of Stock is for, and who may call it.
extension Operation {
    static let registerProduct = Operation(
        "registerProduct", "Registers or changes a product", tag: "Products", access: .roles([.admin]),
        details:
            "Its price goes to Order as an event. What the request does not say is not kept: without a threshold the product "
            + "has none any more.",
        parameters: [.productID, .ifMatch, .ifNoneMatch],
        body: .json(ProductDetails.schema),
        answers: [
            .json(201, ProductBody.schema, "The product is new.", headers: [.location]),
            .json(200, ProductBody.schema, "The product was there, and is as the request says now."),
            .problem(StockError.skuTaken("TEA-1").problem, "The SKU belongs to another product."),
        ])
    static let getProduct = Operation(
        "getProduct", "Shows a product", tag: "Products", access: .anyRole,
        parameters: [.productID, .ifNoneMatch], answers: [.json(200, ProductBody.schema, "The product.")])
    static let listProducts = Operation(
        "listProducts", "Lists what is sold", tag: "Products", access: .anyRole, parameters: .page(),
        answers: [.page(of: ProductBody.schema, "The products.")])

    static let adjustStock = Operation(
        "adjustStock", "Books a receipt or a correction", tag: "Stock", access: .roles([.admin]),
        parameters: [.productID, .idempotencyKey], body: .json(Adjustment.schema),
        answers: [
            .json(201, LevelBody.schema, "It is booked."),
            .problem(StockError.belowZero(delta: -3, onHand: 1).problem, "There is not so much to take away."),
        ])
    static let getStock = Operation(
        "getStock", "Shows how much there is of a product", tag: "Stock", access: .roles([.operator, .admin]),
        parameters: [.productID, .ifNoneMatch], answers: [.json(200, StockBody.schema, "The stock of the product.")])
    static let listStocks = Operation(
        "listStocks", "Lists how much there is of each product", tag: "Stock", access: .roles([.operator, .admin]),
        parameters: .page(), answers: [.page(of: StockBody.schema, "The stocks.")])
}

extension Operation.Parameter {
    fileprivate static let productID = path("productId", "The product; whoever registers it chooses the id.")
}
