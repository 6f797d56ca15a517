import DomainKit
import OrderDomain
import Testing

/// Something that can happen to an order.
enum Happening: CaseIterable {
    case stockDeducted, stockRefused, customerCancels, stalls, expires

    func happen(to order: inout Order, at time: Timestamp) -> OrderChange? {
        switch self {
        case .stockDeducted: order.confirm(at: time)
        case .stockRefused: order.reject(because: "too little stock", at: time)
        case .customerCancels: order.cancel(because: "changed my mind", at: time)
        case .stalls: order.stall(at: time)
        case .expires: order.expire(because: "too late", at: time)
        }
    }
}

/// One row of the table of all transitions.
struct TransitionCase: Sendable, CustomTestStringConvertible {
    let before: [Happening]
    let happening: Happening
    let after: OrderStatus
    let transition: OrderChange.Transition?
    let steps: [TimelineEntry.Step]

    init(
        _ before: [Happening], _ happening: Happening, _ after: OrderStatus, _ transition: OrderChange.Transition?,
        _ steps: [TimelineEntry.Step]
    ) {
        self.before = before
        self.happening = happening
        self.after = after
        self.transition = transition
        self.steps = steps
    }

    var testDescription: String { "\(before), then \(happening)" }
}

private let noStock = OrderChange.Transition.cancelled(reason: "too little stock")
private let noTime = OrderChange.Transition.cancelled(reason: "too late")
private let noWish = OrderChange.Transition.cancelled(reason: "changed my mind")

@Suite struct OrderTransitionTests {
    @Test(arguments: [
        TransitionCase([], .stockDeducted, .confirmed, .confirmed, [.stockDeducted, .confirmed]),
        TransitionCase([], .stockRefused, .cancelled, noStock, [.stockRefused, .cancelled]),
        TransitionCase([], .customerCancels, .cancelled, noWish, [.cancelled]),
        TransitionCase([], .stalls, .pending, nil, [.stalled]),
        TransitionCase([], .expires, .cancelled, noTime, [.cancelled]),
        TransitionCase([.stalls], .stockDeducted, .confirmed, .confirmed, [.stockDeducted, .confirmed]),
        TransitionCase([.stalls], .expires, .cancelled, noTime, [.cancelled]),
        TransitionCase([.expires], .stockDeducted, .cancelled, nil, [.stockDeducted]),
        TransitionCase([.expires], .expires, .cancelled, nil, []),
        TransitionCase([.stockDeducted], .stalls, .confirmed, nil, []),
        TransitionCase([.stockDeducted], .expires, .confirmed, nil, []),
        TransitionCase([.stockDeducted], .stockDeducted, .confirmed, nil, []),
        TransitionCase([.stockDeducted], .stockRefused, .confirmed, nil, [.stockRefused]),
        TransitionCase([.stockDeducted], .customerCancels, .cancelled, noWish, [.cancelled]),
        TransitionCase([.stockRefused], .stockDeducted, .cancelled, nil, [.stockDeducted]),
        TransitionCase([.stockRefused], .stockRefused, .cancelled, nil, [.stockRefused]),
        TransitionCase([.stockRefused], .customerCancels, .cancelled, nil, []),
        TransitionCase([.customerCancels], .stockDeducted, .cancelled, nil, [.stockDeducted]),
        TransitionCase([.customerCancels], .stockRefused, .cancelled, nil, [.stockRefused]),
        TransitionCase([.customerCancels], .customerCancels, .cancelled, nil, []),
    ])
    func eachHappeningLeadsWhereTheTableSays(_ expected: TransitionCase) throws {
        var order = try pendingOrder()
        for happening in expected.before { _ = happening.happen(to: &order, at: noon) }
        let change = expected.happening.happen(to: &order, at: noon + .seconds(1))
        #expect(order.status == expected.after)
        #expect(change?.transition == expected.transition)
        #expect((change?.entries ?? []).map(\.step) == expected.steps)
    }

    @Test(arguments: Happening.allCases, Happening.allCases)
    func onlyACancelledOrderHasAReasonAndItIsTheFirst(_ first: Happening, _ second: Happening) throws {
        var order = try pendingOrder()
        _ = first.happen(to: &order, at: noon)
        let reason = order.cancellationReason
        #expect((reason != nil) == (order.status == .cancelled))
        _ = second.happen(to: &order, at: noon)
        #expect(reason == nil || order.cancellationReason == reason)
        #expect((order.cancellationReason != nil) == (order.status == .cancelled))
    }

    @Test func aReasonIsToldInTheTimeline() throws {
        var order = try pendingOrder()
        let change = order.reject(because: "too little stock", at: noon)
        #expect(change?.entries.map(\.detail) == ["too little stock", "too little stock"])
    }

    @Test func aClockThatStepsBackDoesNotTurnTheTimelineRound() throws {
        var order = try pendingOrder()
        _ = order.confirm(at: noon + .seconds(5))
        let change = order.cancel(because: "late", at: noon + .seconds(3))
        #expect(change?.entries.map(\.at) == [noon + .seconds(5)])
        #expect(order.changedAt == noon + .seconds(5))
    }

    @Test func aNewOrderIsPending() throws {
        let order = try pendingOrder()
        #expect(order.status == .pending)
        #expect(order.placed == TimelineEntry(.pending, at: noon))
    }
}
