import DomainKit
import JSON
import Messaging
import TestKit
import Testing

@Suite struct ScheduledWorkAPITests {
    @Test func theScheduleIsReadPageByPageByKindAndState() async throws {
        try await NotificationServer.with { server in
            let units = server.notification.units
            let now = SystemClock().now
            let work = (0..<5).map { index in
                ScheduledWork(
                    id: .v7(), kind: index < 4 ? "order-follow-up" : "low-stock-digest", about: index < 4 ? .v7() : nil,
                    dueAt: now + .seconds(3_600), data: #"{"secret":1}"#, cause: Cause(correlationID: "test"))
            }
            try await units.perform { try await PostgresSchedule().add(work, in: $0) }
            let first = try #require(work.first?.about)
            try await units.perform {
                try await PostgresSchedule().callOff(
                    "order-follow-up", about: [first], because: "the order was cancelled", in: $0)
            }

            var seen: [JSONValue] = []
            var path: String? = "/api/scheduled-work?kind=order-follow-up&limit=3"
            while let next = path {
                let page = try await server.client.send("GET", next)
                #expect(page.status == 200)
                let body = page.json
                seen += body["items"]?.arrayValue ?? []
                path = body["nextCursor"]?.stringValue.map {
                    "/api/scheduled-work?kind=order-follow-up&limit=3&cursor=\($0)"
                }
            }
            #expect(
                seen.compactMap { $0["id"]?.stringValue } == work.prefix(4).map(\.id).sorted(by: >).map(\.description))
            #expect(!seen.contains { "\($0)".contains("secret") })

            let done = try await server.client.send("GET", "/api/scheduled-work?state=Done").json["items"]?.arrayValue
            #expect(done?.count == 1 && done?.first?["outcome"] == .string("the order was cancelled"))
            #expect(done?.first?["about"] == .string(first.description) && done?.first?["nextTryAt"] == .null)
            let digests = try await server.client.send("GET", "/api/scheduled-work?kind=low-stock-digest").json
            #expect(digests["items"]?.arrayValue?.first?["about"] == .null)
            for wrong in ["state=Later", "kind=", "cursor=nonsense", "limit=0"] {
                #expect(try await server.client.send("GET", "/api/scheduled-work?\(wrong)").status == 400)
            }
        }
    }
}
