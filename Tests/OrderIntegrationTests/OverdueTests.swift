import DomainKit
import JSON
import Lifecycle
import Messaging
import Observability
import OrderApplication
import OrderDomain
import OrderInfrastructure
import OrderWorker
import TestKit
import Testing

/// Orders that stay pending for too long.
@Suite struct OverdueTests {
    /// A watch with a clock of its own and what it tells, over the orders of a fixture.
    struct Watch: Sendable {
        let watch: OrderDeadlineWatch
        let metrics = MetricsRegistry()
        let sink = MemorySink()

        /// - Parameter later: how far the watch's clock is ahead of the one by which orders are placed.
        init(_ fixture: OrderFixture, later: Duration, _ deadlines: OrderDeadlines = .standard) {
            let clock = FixedClock(SystemClock().now + later)
            watch = OrderDeadlineWatch(
                PostgresOverdueOrders(fixture.database.pool), orders: fixture.orders,
                units: PostgresUnitOfWorkProvider(fixture.database.pool, clock: clock), deadlines: deadlines,
                logger: Logger(service: "test", level: .info, sink: sink), clock: clock, metrics: metrics)
        }

        var stalled: Double { metrics.gauge("orders_stalled", help: "").value() }

        func lines(_ message: String, about id: EntityID) -> Int {
            sink.lines.count { $0.contains(#""\#(message)""#) && $0.contains(id.description) }
        }
    }

    @Test func aStalledOrderIsCountedEachTimeAndToldOfOnce() async throws {
        try await OrderFixture.with { fixture in
            let id = try await fixture.order()
            let confirmed = try await fixture.order(.confirmed)
            let early = Watch(fixture, later: .seconds(30))
            try await early.watch.look()
            #expect(early.stalled == 0)
            #expect(try await fixture.steps(of: id) == [.pending])

            let (first, second) = (Watch(fixture, later: .seconds(61)), Watch(fixture, later: .seconds(62)))
            try await first.watch.look()
            try await first.watch.look()
            try await second.watch.look()
            #expect(first.stalled == 1 && second.stalled == 1)
            #expect(first.lines("order stalled", about: id) == 1)
            // Another worker, or this one after a restart, knows as well that it was told.
            #expect(second.lines("order stalled", about: id) == 0)
            #expect(try await fixture.steps(of: id) == [.pending, .stalled])
            #expect(try await fixture.find(id).status == .pending)
            #expect(try await fixture.steps(of: confirmed) == [.pending, .stockDeducted, .confirmed])

            try await fixture.confirm([id])
            try await first.watch.look()
            #expect(first.stalled == 0)
        }
    }

    @Test func anExpiredOrderIsCancelledAndTheOthersAreTold() async throws {
        try await OrderFixture.with { fixture in
            let id = try await fixture.order()
            let confirmed = try await fixture.order(.confirmed)
            let watch = Watch(fixture, later: .seconds(901))
            try await watch.watch.look()
            try await watch.watch.look()
            let order = try await fixture.find(id)
            #expect(order.status == .cancelled)
            #expect(order.cancellationReason == "not confirmed within 15 minutes")
            #expect(try await fixture.published(about: id) == ["OrderCreated", "OrderCancelled"])
            #expect(try await fixture.lastBody(about: id)["reason"] == .string("not confirmed within 15 minutes"))
            #expect(try await fixture.find(confirmed).status == .confirmed)
            #expect(watch.lines("order expired", about: id) == 1)
            #expect(watch.stalled == 0)
            // Stock's answer comes after all.
            try await fixture.confirm([id])
            #expect(try await fixture.find(id).status == .cancelled)
            #expect(try await fixture.steps(of: id) == [.pending, .cancelled, .stockDeducted])
        }
    }

    /// Would catch a watch without a claim (orders told of twice), and a batch taken for all there is.
    @Test func severalWatchesAtOnceExpireEveryOrderOnce() async throws {
        try await OrderFixture.with { fixture in
            let product = try await fixture.product()
            let requests = (0..<250).map { _ in
                PlaceOrder.Request(fixture.command([(product, 1)]), key: nil, cause: .test)
            }
            let ids = try await fixture.place(requests).compactMap(\.orderID)
            #expect(ids.count == 250)
            let watches = (0..<3).map { _ in Watch(fixture, later: .seconds(901)) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for watch in watches { group.addTask { try await watch.watch.look() } }
                try await group.waitForAll()
            }
            // One that did not get the claim leaves the rest to its next look.
            try await watches[0].watch.look()
            let pending = try await fixture.database.pool.first(
                "SELECT count(*) FROM orders WHERE status <> 'Cancelled'"
            ) { try $0.integer(0) }
            #expect(pending == 0)
            let events = try await fixture.database.pool.first(
                "SELECT count(*) FROM outbox WHERE type = 'OrderCancelled'"
            ) { try $0.integer(0) }
            #expect(events == 250)
            // One may notice as stalled what another has yet to expire.
            let expired = watches.reduce(0) { $0 + $1.sink.lines.count { $0.contains("order expired") } }
            #expect(expired == 250)
        }
    }

    /// Would catch a watch that waits behind a message about the order, or cancels what that message confirms.
    @Test func anOrderToWhichSomethingHappensJustNowIsLeftAlone() async throws {
        try await OrderFixture.with { fixture in
            let (held, free) = (try await fixture.order(), try await fixture.order())
            let watch = Watch(fixture, later: .seconds(901))
            try await fixture.units.perform { work in
                _ = try await fixture.orders.lock([held], in: work)
                try await watch.watch.look()
            }
            #expect(try await fixture.find(held).status == .pending)
            #expect(try await fixture.find(free).status == .cancelled)
            try await watch.watch.look()
            #expect(try await fixture.find(held).status == .cancelled)
        }
    }

    @Test func aRunningWatchKeepsToShortDeadlines() async throws {
        try await OrderFixture.with { fixture in
            let id = try await fixture.order()
            let deadlines = OrderDeadlines(stalledAfter: .milliseconds(100), expiresAfter: .milliseconds(3_500))
            let watch = Watch(fixture, later: .zero, deadlines)
            let running = OrderDeadlineWatch(
                PostgresOverdueOrders(fixture.database.pool), orders: fixture.orders, units: fixture.units,
                deadlines: deadlines, logger: .silent, metrics: watch.metrics)
            let shutdown = ShutdownSignal()
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await running.run(until: shutdown) }
                try? await eventually("the order expires") { try await fixture.find(id).status == .cancelled }
                shutdown.trigger()
            }
            #expect(try await fixture.find(id).cancellationReason == "not confirmed within 3500 milliseconds")
            #expect(try await fixture.steps(of: id) == [.pending, .stalled, .cancelled])
        }
    }

    @Test func theListOfStalledOrdersCombinesWithTheOtherFilters() async throws {
        try await OrderServer.with { server in
            let fixture = server.fixture
            let earlier = FixedClock(SystemClock().now - .seconds(61))
            let product = try await fixture.product()
            let request = PlaceOrder.Request(fixture.command([(product, 1)]), key: nil, cause: .test)
            let placed = try await PostgresUnitOfWorkProvider(fixture.database.pool, clock: earlier).perform {
                try await fixture.placeOrder([request], in: $0)
            }
            let old = try #require(placed.first?.orderID)
            _ = try await fixture.order(.confirmed)
            let young = try await fixture.order()
            func found(_ query: String) async throws -> [String] {
                let answer = try await server.get("/api/orders?\(query)")
                return (answer.json["items"]?.arrayValue ?? []).compactMap { $0["orderId"]?.stringValue }
            }
            #expect(try await found("stalled=true") == [old.description])
            #expect(
                try await found("stalled=true&status=Pending&customerId=\(server.fixture.customer)&limit=1").count == 1)
            #expect(try await found("stalled=true&status=Confirmed") == [])
            #expect(try await found("stalled=true&customerId=\(EntityID.v7())") == [])
            #expect(try await found("status=Pending").contains(young.description))
        }
    }
}
