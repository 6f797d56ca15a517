import DomainKit
import HTTPServer
import StockApplication
import StockDomain

/// `/api/products`: what the shop sells.
public struct ProductRoutes: Sendable {
    private let units: any UnitOfWorkProvider
    private let register: RegisterProduct
    private let get: GetProduct
    private let list: ListProducts

    public init(_ units: any UnitOfWorkProvider, products: any ProductRepository, catalog: any StockCatalog) {
        self.units = units
        register = RegisterProduct(products)
        get = GetProduct(catalog)
        list = ListProducts(catalog)
    }

    public func add(to router: inout Router) {
        router.put("/api/products/{productId}", .registerProduct, handler: put)
        router.get("/api/products/{productId}", .getProduct, handler: getOne)
        router.get("/api/products", .listProducts, handler: getPage)
    }

    private func put(_ request: HTTPRequest) async throws -> HTTPResponse {
        let id = try request.productID
        let condition = try request.precondition()
        let details = try request.decode(ProductDetails.self)
        let registration = try await units.perform { [register] work in
            try await register(id, details, cause: request.cause, in: work) { product in
                try condition.check(product.map(ProductBody.init))
            }
        }
        let body = ProductBody(registration.product)
        guard registration.isNew else { return .json(200, body).tagged }
        return .json(201, body, headers: ["Location": "/api/products/\(id)"]).tagged
    }

    private func getOne(_ request: HTTPRequest) async throws -> HTTPResponse {
        try .tagged(ProductBody(try await get(try request.productID)), for: request)
    }

    private func getPage(_ request: HTTPRequest) async throws -> HTTPResponse {
        let page = try request.page()
        let products = try await list(after: try page.productID, limit: page.limit + 1)
        return .page(Page(products.map(ProductBody.init), for: page, position: \.position), of: request)
    }
}
