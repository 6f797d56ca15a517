import DomainKit
import OrderContracts
import OrderDomain

/// Places orders at the prices that Order knows, each wholly or not at all.
///
/// A request that carries a key which was used before places nothing: it gets the answer of that time.
public struct PlaceOrder: Sendable {
    /// One request for an order.
    public struct Request: Sendable {
        public let command: PlaceOrderCommand
        public let key: IdempotencyKey?
        public let cause: Cause

        public init(_ command: PlaceOrderCommand, key: IdempotencyKey? = nil, cause: Cause) {
            self.command = command
            self.key = key
            self.cause = cause
        }
    }

    /// What became of one request.
    public enum Result: Sendable, Equatable {
        case placed(Answer)
        /// The key was used before, for the same order: what was answered then.
        case repeated(Answer)
        case refused(PricingFaults)
        /// The key was used before, for another order.
        case keyUsedForAnotherRequest
    }

    private let orders: any OrderRepository
    private let prices: any PriceList
    private let keys: any IdempotencyKeys
    private let answer: @Sendable (Order) -> Answer
    private let metrics: OrderMetrics

    /// - Parameter answer: what to tell a client whose order was placed.
    public init(
        _ orders: any OrderRepository, prices: any PriceList, keys: any IdempotencyKeys,
        metrics: OrderMetrics = .shared, answer: @escaping @Sendable (Order) -> Answer
    ) {
        self.orders = orders
        self.prices = prices
        self.keys = keys
        self.metrics = metrics
        self.answer = answer
    }

    /// - Returns: a result for each request, in their order.
    public func callAsFunction(_ requests: [Request], in work: any UnitOfWork) async throws -> [Result] {
        let products = Set(requests.lazy.flatMap(\.command.items).map(\.productID))
        let prices = try await prices.prices(of: Array(products), in: work)
        let drafts = requests.map { Draft($0, at: prices, now: work.now, answer: answer) }
        let answers = drafts.compactMap(\.keptAnswer)
        let won = answers.isEmpty ? [] : try await keys.keep(answers, in: work)
        let placed = drafts.filter { $0.request.key == nil || $0.order.map { won.contains($0.id) } ?? false }
        let newOrders = placed.compactMap(\.order)
        if !newOrders.isEmpty { try await orders.add(newOrders, in: work) }
        for draft in placed {
            guard let order = draft.order else { continue }
            try await work.publish(OrderCreated(order: OrderSnapshot(order)), cause: draft.request.cause)
        }
        metrics.note(.placed, of: newOrders, in: work)
        return try await results(of: drafts, won: won, in: work)
    }

    private func results(
        of drafts: [Draft], won: Set<EntityID>, in work: any UnitOfWork
    ) async throws -> [Result] {
        var results = drafts.map(\.result)
        // A refused request is looked up as well: it may have been placed when the prices were others.
        let repeats = drafts.indices.filter { index in
            drafts[index].request.key != nil && !(drafts[index].order.map { won.contains($0.id) } ?? false)
        }
        guard !repeats.isEmpty else { return results }
        let recalled = try await keys.recall(repeats.compactMap { drafts[$0].request.keyed }, in: work)
        for (index, recalled) in zip(repeats, recalled) {
            switch recalled {
            case .answered(let answer): results[index] = .repeated(answer)
            case .usedForAnotherRequest: results[index] = .keyUsedForAnotherRequest
            case nil: if drafts[index].order != nil { throw IdempotencyKeyForgotten() }
            }
        }
        return results
    }
}

extension PlaceOrder.Request {
    fileprivate var keyed: KeyedRequest? {
        key.map { KeyedRequest(key: $0, content: command.canonicalBytes) }
    }
}

/// A request with the order that it would place.
private struct Draft {
    let request: PlaceOrder.Request
    /// Nil where it was refused.
    let order: Order?
    let keptAnswer: KeptAnswer?
    /// What became of it, unless its key was used before.
    let result: PlaceOrder.Result

    init(
        _ request: PlaceOrder.Request, at prices: [EntityID: ProductPrice], now: Timestamp, answer: (Order) -> Answer
    ) {
        self.request = request
        do throws(PricingFaults) {
            let order = Order(
                id: .v7(at: now), customerID: request.command.customerID,
                basket: try PricedBasket(request.command.items, at: prices), delivery: request.command.delivery,
                placedAt: now)
            let answer = answer(order)
            self.order = order
            keptAnswer = request.keyed.map { KeptAnswer(request: $0, about: order.id, answer: answer) }
            result = .placed(answer)
        } catch {
            order = nil
            keptAnswer = nil
            result = .refused(error)
        }
    }
}
