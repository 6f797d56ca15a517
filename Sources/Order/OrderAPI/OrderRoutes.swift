import DomainKit
import HTTPServer
import OrderApplication
import OrderDomain

/// The HTTP interface of Order.
public struct OrderRoutes: Sendable {
    private let once: OnceOnly
    /// Writes the orders of concurrent requests together.
    private let placeOrder: Gatherer<PlaceOrder.Request, PlaceOrder.Result>
    private let cancelOrder: CancelOrder
    private let getOrder: GetOrder
    private let listOrders: ListOrders
    private let getTimeline: GetTimeline
    private let stalledAfter: Duration
    private let clock: any WallClock

    /// - Parameters:
    ///   - units: opens one unit of work for each request that changes something, or for several that place orders.
    ///   - orders: where orders are kept.
    ///   - queries: where they are read.
    ///   - gathering: how many orders are written together.
    ///   - stalledAfter: how long an order may be pending until `stalled=true` finds it.
    public init(
        units: any UnitOfWorkProvider, orders: any OrderRepository, queries: any OrderQueries,
        prices: any PriceList, keys: any IdempotencyKeys, gathering: GathererSettings = .init(),
        stalledAfter: Duration = OrderDeadlines.standard.stalledAfter, clock: any WallClock = SystemClock()
    ) {
        once = OnceOnly(units, keys: keys)
        self.stalledAfter = stalledAfter
        self.clock = clock
        let placeOrder = PlaceOrder(orders, prices: prices, keys: keys, answer: Answer.placed)
        self.placeOrder = Gatherer(gathering) { requests in
            try await units.perform { work in try await placeOrder(requests, in: work) }
        }
        cancelOrder = CancelOrder(orders)
        getOrder = GetOrder(queries)
        listOrders = ListOrders(queries)
        getTimeline = GetTimeline(queries)
    }

    /// Adds the routes to `router`.
    public func add(to router: inout Router) {
        router.post("/api/orders", .placeOrder, handler: place)
        router.get("/api/orders", .listOrders, handler: list)
        router.get("/api/orders/{orderId}", .getOrder, handler: get)
        router.post("/api/orders/{orderId}/cancel", .cancelOrder, handler: cancel)
        router.get("/api/orders/{orderId}/timeline", .getOrderTimeline, handler: timeline)
    }

    @Sendable private func place(_ request: HTTPRequest) async throws -> HTTPResponse {
        let key = try request.idempotencyKey()
        let command = try request.decode(PlaceOrderBody.self).command
        try request.requirePlacing(for: command.customerID)
        switch try await placeOrder(PlaceOrder.Request(command, key: key, cause: request.cause)) {
        case .placed(let answer): return HTTPResponse(answer)
        case .repeated(let answer): return HTTPResponse(answer, isRepeated: true)
        case .refused(let faults): throw Problem(faults)
        case .keyUsedForAnotherRequest: throw Problem.idempotencyKeyReused
        }
    }

    @Sendable private func list(_ request: HTTPRequest) async throws -> HTTPResponse {
        let filter = OrderFilter(
            customerID: try request.query.id("customerId"), status: try request.orderStatus(),
            pendingSince: try request.wantsStalledOrders() ? clock.now - stalledAfter : nil,
            owner: try request.ownCustomerID())
        let wanted = try request.page()
        let page = try await listOrders(
            matching: filter, limit: wanted.limit, olderThan: try wanted.position(EntityID.init))
        let next = page.next.map { Cursor($0.description) }
        return .page(Page(items: page.orders.map(OrderBody.init), nextCursor: next), of: request)
    }

    @Sendable private func get(_ request: HTTPRequest) async throws -> HTTPResponse {
        guard let order = try await getOrder(request.id("orderId"), of: request.ownCustomerID()) else {
            throw Problem.notFound()
        }
        return try .tagged(OrderBody(order), for: request)
    }

    @Sendable private func cancel(_ request: HTTPRequest) async throws -> HTTPResponse {
        let id = try request.id("orderId")
        let owner = try request.ownCustomerID()
        let condition = try request.precondition()
        let reason = try request.decodeIfPresent(CancelOrderBody.self)?.reason
        return try await once(request, about: id) { work in
            let result = try await cancelOrder(id, of: owner, because: reason, cause: request.cause, in: work) {
                order in
                try condition.check(OrderBody(order))
            }
            switch result {
            case .cancelled(let order): return .json(200, OrderBody(order))
            case .wasCancelled: throw Problem.orderCancelledAlready
            case .unknown: throw Problem.notFound()
            }
        }
    }

    @Sendable private func timeline(_ request: HTTPRequest) async throws -> HTTPResponse {
        guard let entries = try await getTimeline(request.id("orderId"), of: request.ownCustomerID()) else {
            throw Problem.notFound()
        }
        return .json(200, TimelineBody(entries: entries))
    }
}
