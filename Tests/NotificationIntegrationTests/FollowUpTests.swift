import DomainKit
import NotificationApplication
import NotificationDomain
import TestKit
import Testing

/// Customers are asked some time after the confirmation whether all is well.
@Suite struct FollowUpTests {
    /// Would catch a plan that is made again with a repeated event, and one that two workers follow.
    @Test func aConfirmedOrderIsFollowedUpOnceWhenItIsTime() async throws {
        try await ScheduleBench.with { bench in
            let order = try someOrder()
            try await bench.confirm(order)
            try await bench.confirm(order, order)
            let planned = try #require(try await bench.entries(of: FollowUp.kind).first)
            #expect(planned.about == order.orderID && planned.state == .waiting)

            bench.clock.set(to: planned.dueAt - .milliseconds(1))
            try await bench.work()
            #expect(try await bench.notification.notifications(of: order).map(\.template) == [.orderConfirmed])

            bench.clock.set(to: planned.dueAt)
            try await bench.work()
            try await bench.work()
            let told = try await bench.notification.notifications(of: order)
            #expect(told.map(\.template) == [.orderConfirmed, .orderFollowUp])
            #expect(told.last?.status != .skipped)
            let done = try #require(try await bench.entries(of: FollowUp.kind).first)
            #expect(done.state == .done && done.outcome == "announced")
        }
    }

    @Test func aCancelledOrderIsNotFollowedUp() async throws {
        try await ScheduleBench.with { bench in
            let order = try someOrder()
            try await bench.confirm(order)
            try await bench.cancel(order)
            #expect(try await bench.entries(of: FollowUp.kind).map(\.outcome) == ["the order was cancelled"])
            bench.clock.advance(by: ScheduleBench.week * 2)
            try await bench.work()
            let told = try await bench.notification.notifications(of: order).map(\.template)
            #expect(Set(told) == [.orderConfirmed, .orderCancelled])
        }
    }

    /// The confirmation came late: there was nothing to call off, and nothing is planned.
    @Test func anOrderWhoseCancellationCameFirstIsNotFollowedUp() async throws {
        try await ScheduleBench.with { bench in
            let order = try someOrder()
            try await bench.cancel(order)
            try await bench.confirm(order)
            #expect(try await bench.entries(of: FollowUp.kind).isEmpty)
        }
    }

    /// Both at the same moment, again and again: whoever comes second sees the other, and nobody waits in a circle.
    @Test func aCancellationThatRacesWithTheFollowUpIsTheLastWord() async throws {
        try await ScheduleBench.with { bench in
            for _ in 0..<15 {
                let orders = try (0..<6).map { _ in try someOrder() }
                for order in orders { try await bench.confirm(order) }
                bench.clock.advance(by: ScheduleBench.week)
                try await withThrowingTaskGroup { group in
                    for batch in [orders.prefix(3), orders.suffix(3)] {
                        group.addTask { for order in batch.shuffled() { try await bench.cancel(order) } }
                        group.addTask { try await bench.work(1) }
                    }
                    try await group.waitForAll()
                }
                for order in orders {
                    let told = try await bench.notification.notifications(of: order)
                    #expect(told.contains { $0.template == .orderCancelled && $0.status != .skipped })
                }
                #expect(try await bench.entries(.waiting, of: FollowUp.kind).isEmpty)
                #expect(try await bench.entries(.failing).isEmpty)
            }
        }
    }

    @Test func whoWantsNothingButWhatMustBeToldIsNotAsked() async throws {
        let directory = FixedDirectory { .found(Customer(id: $0, preferences: Preferences(isOptedOut: true))) }
        try await ScheduleBench.with(directory: directory) { bench in
            let order = try someOrder()
            try await bench.confirm(order)
            bench.clock.advance(by: ScheduleBench.week)
            try await bench.work()
            await bench.notification.deliver()
            let followUp = try #require(try await bench.notification.notifications(of: order).last)
            #expect(followUp.template == .orderFollowUp && followUp.status == .skipped)
            #expect(followUp.reason == "the customer does not want it")
        }
    }

    @Test func theFollowUpIsAboutTheOrderAsItWasConfirmed() async throws {
        try await ScheduleBench.with { bench in
            let order = try someOrder(name: "Zoë")
            try await bench.confirm(order)
            bench.clock.advance(by: ScheduleBench.week)
            try await bench.work()
            await bench.notification.deliver()
            let followUp = try #require(try await bench.notification.notifications(of: order).last)
            #expect(followUp.template == .orderFollowUp && followUp.status == .sent)
            #expect(followUp.recipient == "ann@example.org")
            let text = try #require(followUp.message?.text)
            #expect(text.contains("Dear Zoë") && text.contains("Grüner Tee 🍵"))
        }
    }

    @Test func nobodyIsAskedWhereThatIsSwitchedOff() async throws {
        try await ScheduleBench.with(followUpAfter: .zero) { bench in
            try await bench.confirm(try someOrder())
            #expect(try await bench.entries(of: FollowUp.kind).isEmpty)
        }
    }

    @Test func aCustomerWhoIsForgottenIsNotAskedAndNothingOfThemStaysInThePlan() async throws {
        try await ScheduleBench.with { bench in
            let order = try someOrder(name: "Zacharias", email: "zacharias@example.org")
            try await bench.confirm(order)
            let data = bench.customerData
            #expect(try await data.record(of: order.customerID).texts.contains { $0.heldIn == "scheduled work" })
            try await bench.units.perform { try await data.erase(order.customerID, orders: [order.orderID], in: $0) }
            #expect(try await bench.entries(of: FollowUp.kind).isEmpty)
            // A message that comes again plans nothing either.
            try await bench.confirm(order)
            #expect(try await bench.entries(of: FollowUp.kind).isEmpty)
            #expect(try await data.record(of: order.customerID).texts.isEmpty)
        }
    }

    /// Erasing and asking at the same moment: nothing of the person is left, whoever was first.
    @Test func forgettingRacesWithAskingAndWins() async throws {
        try await ScheduleBench.with { bench in
            let data = bench.customerData
            for _ in 0..<10 {
                let orders = try (0..<4).map { _ in try someOrder(name: "Zacharias", email: "zacharias@example.org") }
                for order in orders { try await bench.confirm(order) }
                bench.clock.advance(by: ScheduleBench.week)
                try await withThrowingTaskGroup { group in
                    group.addTask { try await bench.work(2) }
                    for order in orders {
                        group.addTask {
                            try await bench.units.perform {
                                try await data.erase(order.customerID, orders: [order.orderID], in: $0)
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                try await bench.work(1)
            }
            #expect(try await bench.notification.database.tables(holding: "acharias").isEmpty)
        }
    }
}
