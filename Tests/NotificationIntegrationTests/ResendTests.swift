import DomainKit
import HTTPServer
import JSON
import NotificationApplication
import NotificationDomain
import NotificationInfrastructure
import OrderContracts
import TestKit
import Testing

/// `POST /api/notifications/{id}/resend`
@Suite struct ResendTests {
    private func resend(
        _ id: EntityID, on server: NotificationServer, key: String? = nil
    ) async throws -> HTTPAnswer {
        try await server.client.send(
            "POST", "/api/notifications/\(id)/resend", headers: key.map { ["Idempotency-Key": $0] } ?? [:])
    }

    private func only(_ order: OrderSnapshot, on server: NotificationServer) async throws -> Notification {
        try #require(try await server.notification.notifications(of: order).first)
    }

    @Test func whatWasSentIsSentAsItWasInANewRound() async throws {
        let channel = TestChannel()
        try await NotificationServer.with(channel: channel) { server in
            let order = try someOrder()
            try await server.notification.confirm(order)
            let sent = try await only(order, on: server)
            // Neither a template that says something else by now nor one that is gone changes what was said.
            try await server.notification.setTemplate(.orderConfirmed, text: "Something else")
            let answer = try await resend(sent.id, on: server)
            #expect(answer.status == 202 && answer.json["status"] == .string("Pending"))
            #expect(answer.header("Location") == "/api/notifications/\(sent.id)")
            #expect(try await only(order, on: server).status == .pending)
            await server.notification.deliver()
            let again = try await only(order, on: server)
            #expect(again.status == .sent && again.attempts == 2 && again.message == sent.message)
            let messages = await channel.taken
            #expect(messages.map(\.round) == [0, 1] && messages[0].message == messages[1].message)
            let shown = try await server.client.send("GET", "/api/notifications/\(sent.id)")
            let history = try #require(shown.json["history"]?.arrayValue)
            #expect(history.map { $0["round"] } == [.integer(0), .integer(1)])
            #expect(history.map { $0["outcome"] } == [.string("Sent"), .string("Sent")])
            #expect(try await server.notification.outbox().count == 2)
        }
    }

    @Test func theSameRequestTwiceIsOneRound() async throws {
        let channel = TestChannel()
        try await NotificationServer.with(channel: channel) { server in
            let order = try someOrder()
            try await server.notification.confirm(order)
            let id = try await only(order, on: server).id
            #expect(try await resend(id, on: server, key: "once").status == 202)
            await server.notification.deliver()
            let repeated = try await resend(id, on: server, key: "once")
            #expect(repeated.status == 202 && repeated.header("Idempotent-Replayed") == "true")
            await server.notification.deliver()
            #expect(await channel.taken.count == 2)
        }
    }

    @Test func whatHadNoTemplateIsWrittenOnceThereIsOne() async throws {
        try await NotificationServer.with { server in
            let pool = server.notification.database.pool
            try await pool.execute("UPDATE notification_templates SET key = 'hidden' WHERE key = 'order-confirmed'")
            let order = try someOrder()
            try await server.notification.confirm(order)
            let failed = try await only(order, on: server)
            #expect(failed.status == .failed && failed.message == nil)
            try await pool.execute("UPDATE notification_templates SET key = 'order-confirmed' WHERE key = 'hidden'")
            #expect(try await resend(failed.id, on: server).status == 202)
            await server.notification.deliver()
            let sent = try await only(order, on: server)
            #expect(sent.status == .sent && sent.recipient == "ann@example.org")
            #expect(sent.message?.text.contains("\(order.orderID)") == true)
        }
    }

    @Test func whatIsPendingUnknownUntrueOrErasedIsNotSentAgain() async throws {
        try await NotificationServer.with { server in
            let (waiting, cancelled, erased) = (try someOrder(), try someOrder(), try someOrder())
            try await server.notification.confirm(cancelled, erased)
            try await server.notification.cancel(cancelled)
            try await server.notification.announce(confirmed: [waiting])
            let customers = PostgresCustomerData(server.notification.database.pool)
            try await server.notification.units.perform { work in
                try await customers.erase(erased.customerID, orders: [erased.orderID], in: work)
            }
            for (order, type) in [(waiting, "pending"), (cancelled, "untrue"), (erased, "erased")] {
                let answer = try await resend(try await only(order, on: server).id, on: server)
                #expect(answer.status == 409 && answer.json["type"] == .string("/problems/notification-\(type)"))
            }
            let last = try #require(try await server.notification.notifications(of: cancelled).last)
            #expect(try await resend(last.id, on: server).status == 202)
            #expect(try await resend(.v7(), on: server).status == 404)
        }
    }
}
