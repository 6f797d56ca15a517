import DomainKit
import HTTPServer
import StockApplication
import StockDomain

/// `/api/stocks`: how much there is of each product.
public struct StockRoutes: Sendable {
    private let once: OnceOnly
    private let adjust: AdjustStock
    private let get: GetStock
    private let list: ListStocks

    public init(
        _ units: any UnitOfWorkProvider, stock: any StockRepository, catalog: any StockCatalog,
        keys: any IdempotencyKeys
    ) {
        once = OnceOnly(units, keys: keys)
        adjust = AdjustStock(stock)
        get = GetStock(catalog)
        list = ListStocks(catalog)
    }

    public func add(to router: inout Router) {
        router.post("/api/stocks/{productId}/adjustments", .adjustStock, handler: postAdjustment)
        router.get("/api/stocks/{productId}", .getStock, handler: getOne)
        router.get("/api/stocks", .listStocks, handler: getPage)
    }

    private func postAdjustment(_ request: HTTPRequest) async throws -> HTTPResponse {
        let id = try request.productID
        let adjustment = try request.decode(Adjustment.self)
        let cause = request.cause
        return try await once(request, about: id) { [adjust] work in
            .json(201, LevelBody(try await adjust(id, by: adjustment, cause: cause, in: work)))
        }
    }

    private func getOne(_ request: HTTPRequest) async throws -> HTTPResponse {
        try .tagged(StockBody(try await get(try request.productID)), for: request)
    }

    private func getPage(_ request: HTTPRequest) async throws -> HTTPResponse {
        let page = try request.page()
        let stocks = try await list(after: try page.productID, limit: page.limit + 1)
        return .page(Page(stocks.map(StockBody.init), for: page, position: \.position), of: request)
    }
}
