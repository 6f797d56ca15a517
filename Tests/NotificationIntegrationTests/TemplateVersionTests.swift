import JSON
import NotificationInfrastructure
import TestKit
import Testing

/// Whatever a template said stays known.
@Suite struct TemplateVersionTests {
    private static let confirmed = "/api/notification-templates/019a0000-0000-7000-8000-000000000001"

    private func change(_ subject: String, on server: NotificationServer) async throws -> HTTPAnswer {
        try await server.client.send(
            "PUT", Self.confirmed, headers: ["If-Match": "*"],
            json: #"{"subject":"\#(subject)","textBody":"t","htmlBody":"h"}"#)
    }

    private func versions(_ answer: HTTPAnswer) -> [Int64] {
        (answer.json["items"]?.arrayValue ?? []).compactMap { $0["version"]?.integerValue }
    }

    @Test func everyChangeIsAVersionAndWhatChangesNothingIsNone() async throws {
        try await NotificationServer.with { server in
            let first = try #require(try await server.client.send("GET", Self.confirmed).json["version"]?.integerValue)
            #expect(try await change("A", on: server).json["version"] == .integer(first + 1))
            #expect(try await change("A", on: server).json["version"] == .integer(first + 1))
            let last = try await change("B", on: server)
            #expect(last.json["version"] == .integer(first + 2))
            #expect(try await server.client.send("GET", Self.confirmed).json == last.json)

            let all = try await server.client.send("GET", "\(Self.confirmed)/versions")
            #expect(versions(all) == (1...(first + 2)).reversed())
            let newest = try #require(all.json["items"]?.arrayValue?.first)
            #expect(newest["subject"] == "B" && newest["validFrom"] == last.json["updatedAt"])
            let page = try await server.client.send("GET", "\(Self.confirmed)/versions?limit=1")
            #expect(versions(page) == [first + 2])
            let cursor = try #require(page.json["nextCursor"]?.stringValue)
            let next = try await server.client.send("GET", "\(Self.confirmed)/versions?limit=1&cursor=\(cursor)")
            #expect(versions(next) == [first + 1])

            let one = try await server.client.send("GET", "\(Self.confirmed)/versions/\(first + 1)")
            #expect(one.status == 200 && one.json["subject"] == "A")
        }
    }

    /// What the templates were seeded with, before they became mails, is their first version.
    @Test func theFirstVersionOfASeedIsWhatItWas() async throws {
        try await NotificationServer.with { server in
            let first = try await server.client.send("GET", "\(Self.confirmed)/versions/1")
            #expect(first.json["channel"] == "log")
            #expect(first.json["textBody"]?.stringValue?.contains("{{total.amount}} {{total.currency}}") == true)
            let german = "/api/notification-templates/019a0000-0000-7000-8000-000000000003"
            #expect(try await versions(server.client.send("GET", "\(german)/versions")) == [1])
        }
    }

    @Test func whatIsNotThereIsNotFound() async throws {
        try await NotificationServer.with { server in
            let nobody = "/api/notification-templates/019a0000-0000-7000-8000-00000000ffff"
            for path in [
                "\(nobody)/versions", "\(nobody)/versions/1", "\(Self.confirmed)/versions/99",
                "\(Self.confirmed)/versions/0", "\(Self.confirmed)/versions/x",
                "\(Self.confirmed)/versions/99999999999999999999",
            ] {
                #expect(try await server.client.send("GET", path).status == 404)
            }
            #expect(try await server.client.send("POST", "\(nobody)/preview", json: "{}").status == 404)
            let wrong = try await server.client.send("GET", "\(Self.confirmed)/versions?cursor=x")
            #expect(wrong.status == 400)
        }
    }

    @Test func changesAtOnceEachGetAVersionOfTheirOwn() async throws {
        try await NotificationServer.with { server in
            let first = try #require(try await server.client.send("GET", Self.confirmed).json["version"]?.integerValue)
            let given = try await withThrowingTaskGroup(of: Int64?.self) { group in
                for writer in 0..<8 {
                    group.addTask { try await change("writer \(writer)", on: server).json["version"]?.integerValue }
                }
                return try await group.reduce(into: [Int64]()) { $0 += $1.map { [$0] } ?? [] }
            }
            #expect(given.sorted() == Array((first + 1)...(first + 8)))
            let kept = try await versions(server.client.send("GET", "\(Self.confirmed)/versions"))
            #expect(kept == (1...(first + 8)).reversed())
        }
    }

    /// Would catch versions that the application writes, and nobody else does.
    @Test func aChangeByHandIsAVersionToo() async throws {
        try await NotificationServer.with { server in
            let before = try await versions(server.client.send("GET", "\(Self.confirmed)/versions"))
            try await server.notification.setTemplate(.orderConfirmed, text: "By hand")
            let after = try await server.client.send("GET", "\(Self.confirmed)/versions")
            #expect(versions(after).count == before.count + 1)
            #expect(after.json["items"]?.arrayValue?.first?["textBody"] == "By hand")
        }
    }

    @Test func whatWasSentStaysWhenTheTemplateChangesOrGoes() async throws {
        try await NotificationServer.with { server in
            let order = try someOrder()
            #expect(try await change("As it was {{orderId}}", on: server).status == 200)
            try await server.notification.confirm(order)
            #expect(try await change("As it is", on: server).status == 200)
            try await server.notification.database.pool.execute("DELETE FROM notification_templates", [])
            let sent = try #require(try await server.notification.notifications(of: order).first)
            #expect(sent.status == .sent && sent.message?.subject == "As it was \(order.orderID)")
            let left = try await server.notification.database.pool.first(
                "SELECT count(*) FROM notification_template_versions", []
            ) { try $0.integer(0) }
            #expect(left == 0)
        }
    }
}
