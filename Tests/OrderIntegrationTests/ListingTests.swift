import DomainKit
import OrderApplication
import OrderDomain
import Testing

@Suite struct ListingTests {
    private func pages(
        _ fixture: OrderFixture, _ filter: OrderFilter, limit: Int, afterEach: () async throws -> Void = {}
    ) async throws -> [[EntityID]] {
        let list = ListOrders(fixture.queries)
        var pages: [[EntityID]] = []
        var last: EntityID?
        repeat {
            let page = try await list(matching: filter, limit: limit, olderThan: last)
            pages.append(page.orders.map(\.id))
            last = page.next
            try await afterEach()
        } while last != nil
        return pages
    }

    @Test func pagesAreNewestFirstAndStableWhileOrdersArePlaced() async throws {
        try await OrderFixture.with { fixture in
            var ids: [EntityID] = []
            for _ in 0..<7 { ids.append(try await fixture.order()) }
            let pages = try await pages(fixture, OrderFilter(), limit: 3) { _ = try await fixture.order() }
            #expect(pages.map(\.count) == [3, 3, 1])
            #expect(pages.flatMap(\.self) == ids.sorted(by: >))
        }
    }

    @Test func aFullLastPageSaysThatItIsTheLast() async throws {
        try await OrderFixture.with { fixture in
            for _ in 0..<4 { _ = try await fixture.order() }
            #expect(try await pages(fixture, OrderFilter(), limit: 2).map(\.count) == [2, 2])
        }
    }

    @Test func filtersNarrowTheList() async throws {
        try await OrderFixture.with { fixture in
            let pending = try await fixture.order()
            let confirmed = try await fixture.order(.confirmed)
            let mine = fixture.customer
            func found(_ filter: OrderFilter) async throws -> [EntityID] {
                try await pages(fixture, filter, limit: 10).flatMap(\.self)
            }
            #expect(try await found(OrderFilter(status: .confirmed)) == [confirmed])
            #expect(try await found(OrderFilter(customerID: mine)) == [pending, confirmed].sorted(by: >))
            #expect(try await found(OrderFilter(customerID: mine, status: .pending)) == [pending])
            #expect(try await found(OrderFilter(customerID: .v7())).isEmpty)
        }
    }
}
