import JSON
import NotificationDomain
import TestKit
import Testing

@Suite struct TemplateAPITests {
    private static let path = "/api/notification-templates"
    private static let welcome =
        #"{"key":"welcome","subject":"Grüße 👋 {{customerName}}","textBody":"Hi","htmlBody":"<p>Hi {{reason}}</p>"}"#
    /// How many templates there are from the beginning.
    private static let seeds = 8

    @Test func aTemplateIsCreatedReadChangedAndDeleted() async throws {
        try await NotificationServer.with { server in
            let created = try await server.client.send("POST", Self.path, json: Self.welcome)
            #expect(created.status == 201)
            let location = try #require(created.header("Location"))
            #expect(created.json["id"]?.stringValue.map { "\(Self.path)/\($0)" } == location)
            #expect(created.json["channel"] == .string("log"))

            let read = try await server.client.send("GET", location)
            #expect(read.status == 200)
            #expect(read.json == created.json)
            #expect(read.json["subject"] == .string("Grüße 👋 {{customerName}}"))

            let changed = try await server.client.send(
                "PUT", location, headers: ["If-Match": try #require(read.header("ETag"))],
                json: #"{"subject":"Hello","textBody":"t","htmlBody":"h","key":"hello"}"#)
            #expect(changed.status == 200)
            #expect(changed.json["key"] == .string("hello"))
            #expect(changed.json["subject"] == .string("Hello"))
            #expect(changed.json["createdAt"] == created.json["createdAt"])
            #expect(changed.json["updatedAt"] != created.json["updatedAt"])
            #expect(try await server.client.send("GET", location).json == changed.json)

            let tag = ["If-Match": try #require(changed.header("ETag"))]
            #expect(try await server.client.send("DELETE", location, headers: tag).status == 204)
            #expect(try await server.client.send("GET", location).status == 404)
            #expect(try await server.client.send("DELETE", location, headers: tag).status == 404)
            #expect(try await server.client.send("PUT", location, headers: tag, json: Self.welcome).status == 404)
        }
    }

    @Test func aRequestWithAKeyCreatesOneTemplateAndIsAnsweredTheSameAgain() async throws {
        try await NotificationServer.with { server in
            let key = ["Idempotency-Key": "template-1"]
            let first = try await server.client.send("POST", Self.path, headers: key, json: Self.welcome)
            #expect(first.status == 201 && first.header("Idempotent-Replayed") == nil)
            let again = try await server.client.send("POST", Self.path, headers: key, json: Self.welcome)
            #expect(again.status == 201 && again.body == first.body)
            #expect(again.header("Location") == first.header("Location"))
            #expect(again.header("Idempotent-Replayed") == "true")
            let other = try await server.client.send(
                "POST", Self.path, headers: key, json: #"{"key":"a","subject":"s","textBody":"t","htmlBody":"h"}"#)
            #expect(other.status == 422)
            let templates = try await server.client.send("GET", Self.path).json["items"]?.arrayValue?.count
            #expect(templates == Self.seeds + 1)
        }
    }

    @Test func aTemplateIsNeitherChangedNorDeletedByWhoDoesNotSayWhatTheySaw() async throws {
        try await NotificationServer.with { server in
            let location = "\(Self.path)/019a0000-0000-7000-8000-000000000001"
            let before = try await server.client.send("GET", location)
            for (method, body) in [("PUT", Self.welcome), ("DELETE", "")] {
                #expect(try await server.client.send(method, location, json: body).status == 428)
                for tag in ["\"other\"", "W/\(before.header("ETag") ?? "")"] {
                    let answer = try await server.client.send(method, location, headers: ["If-Match": tag], json: body)
                    #expect(answer.status == 412)
                }
                let bad = try await server.client.send(method, location, headers: ["If-Match": "bare"], json: body)
                #expect(bad.status == 400)
            }
            #expect(try await server.client.send("GET", location).body == before.body)
        }
    }

    @Test func whoHasATemplateAlreadyIsNotSentItAgain() async throws {
        try await NotificationServer.with { server in
            let location = "\(Self.path)/019a0000-0000-7000-8000-000000000001"
            let tag = try #require(try await server.client.send("GET", location).header("ETag"))
            let known = try await server.client.send("GET", location, headers: ["If-None-Match": "\"x\", W/\(tag)"])
            #expect(known.status == 304 && known.body.isEmpty && known.header("ETag") == tag)
            let other = try await server.client.send("GET", location, headers: ["If-None-Match": "\"x\""])
            #expect(other.status == 200)
        }
    }

    /// Would catch a tag that is compared before the row is locked.
    @Test func ofTwoWhoSawTheSameOneChangesIt() async throws {
        try await NotificationServer.with { server in
            let location = "\(Self.path)/019a0000-0000-7000-8000-000000000001"
            for round in 0..<10 {
                let tag = ["If-Match": try #require(try await server.client.send("GET", location).header("ETag"))]
                let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                    for writer in 0..<4 {
                        let body = #"{"subject":"\#(round) \#(writer)","textBody":"t","htmlBody":"h"}"#
                        group.addTask {
                            try await server.client.send("PUT", location, headers: tag, json: body).status
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(statuses.sorted() == [200, 412, 412, 412])
            }
        }
    }

    @Test func aKeyBelongsToOneTemplate() async throws {
        try await NotificationServer.with { server in
            let first = try await server.client.send("POST", Self.path, json: Self.welcome)
            let again = try await server.client.send("POST", Self.path, json: Self.welcome)
            #expect(again.status == 409)
            #expect(again.header("Content-Type") == "application/problem+json")
            let renamed = try await server.client.send(
                "PUT", first.header("Location") ?? "", headers: ["If-Match": "*"],
                json: #"{"key":"order-confirmed","subject":"s","textBody":"t","htmlBody":"h"}"#)
            #expect(renamed.status == 409)
            #expect(try await server.client.send("GET", Self.path).json["items"]?.arrayValue?.count == Self.seeds + 1)
        }
    }

    @Test func theSeededTemplatesAreListedPageByPage() async throws {
        try await NotificationServer.with { server in
            var found: [String] = []
            var page = "\(Self.path)?limit=1"
            for _ in 0..<Self.seeds {
                let answer = try await server.client.send("GET", page)
                #expect(answer.status == 200)
                for template in answer.json["items"]?.arrayValue ?? [] {
                    found.append("\(template["key"]?.stringValue ?? "") \(template["locale"]?.stringValue ?? "-")")
                }
                guard let cursor = answer.json["nextCursor"]?.stringValue else { break }
                page = "\(Self.path)?limit=1&cursor=\(cursor)"
            }
            let keys = ["low-stock-digest", "order-cancelled", "order-confirmed", "order-follow-up"]
            let all = keys.flatMap { ["\($0) -", "\($0) de"] }
            #expect(found == all)
        }
    }

    @Test(arguments: [
        (#"{"#, 400, []),
        (#"{}"#, 422, ["/key", "/subject", "/textBody", "/htmlBody"]),
        (
            #"{"key":"a","subject":"{{x","textBody":"{{#a}}","htmlBody":"{{/a}}"}"#, 422,
            ["/subject", "/textBody", "/htmlBody"]
        ),
        (
            #"{"key":"a","subject":"{{total}}","textBody":"{{sku}} {{nobody}}","htmlBody":"{{#orderId}}{{/orderId}}"}"#,
            422, ["/subject", "/textBody", "/textBody", "/htmlBody"]
        ),
        (
            #"{"key":"A!","channel":"fax","textBody":7,"htmlBody":"{{>partial}}"}"#, 422,
            ["/key", "/channel", "/subject", "/textBody", "/htmlBody"]
        ),
        (#"{"key":"a","subject":"a\u0000b","textBody":"t","htmlBody":"h"}"#, 400, []),
    ])
    func aBadBodyIsRefusedWithEveryFault(body: String, status: Int, pointers: [String]) async throws {
        try await NotificationServer.with { server in
            let answer = try await server.client.send("POST", Self.path, json: body)
            #expect(answer.status == status)
            #expect(answer.header("Content-Type") == "application/problem+json")
            let faults = answer.json["errors"]?.arrayValue ?? []
            #expect(faults.compactMap { $0["pointer"]?.stringValue } == pointers)
            #expect(try await server.client.send("GET", Self.path).json["items"]?.arrayValue?.count == Self.seeds)
        }
    }

    @Test func aBrokenTextIsRefusedWithItsPlace() async throws {
        try await NotificationServer.with { server in
            let location = "\(Self.path)/019a0000-0000-7000-8000-000000000001"
            let before = try await server.client.send("GET", location)
            let answer = try await server.client.send(
                "PUT", location, headers: ["If-Match": "*"],
                json: #"{"subject":"s","textBody":"t","htmlBody":"<p>\n  {{#items}}</p>"}"#)
            #expect(answer.status == 422)
            let fault = try #require(answer.json["errors"]?.arrayValue?.first)
            #expect(fault["pointer"] == .string("/htmlBody"))
            #expect(fault["detail"] == .string("is no template: Unclosed section \"items\" (line 2, column 3)"))
            #expect(try await server.client.send("GET", location).json == before.json)
        }
    }

    /// The key, and with it what the text may ask for, is known only when the template has been looked up.
    @Test func aChangeThatAsksForAnUnknownNameIsRefusedWithItsPlace() async throws {
        try await NotificationServer.with { server in
            let digest = "\(Self.path)/019a0000-0000-7000-8000-000000000007"
            let before = try await server.client.send("GET", digest)
            let answer = try await server.client.send(
                "PUT", digest, headers: ["If-Match": "*"],
                json: #"{"subject":"{{count}}","textBody":"{{locale}}\n{{orderId}}","htmlBody":"{{threshold}}"}"#)
            #expect(answer.status == 422)
            let faults = (answer.json["errors"]?.arrayValue ?? []).map { fault in
                "\(fault["pointer"]?.stringValue ?? "") \(fault["detail"]?.stringValue ?? "")"
            }
            #expect(
                faults == [
                    #"/textBody cannot be filled: There is no "orderId" here (line 2, column 1)"#,
                    #"/htmlBody cannot be filled: "threshold" is there within {{#products}} only (line 1, column 1)"#,
                ])
            #expect(try await server.client.send("GET", digest).json == before.json)
        }
    }

    @Test func whatIsNotThereIsNotFound() async throws {
        try await NotificationServer.with { server in
            for id in ["019a0000-0000-7000-8000-00000000ffff", "order-confirmed", "%20"] {
                let answer = try await server.client.send("GET", "\(Self.path)/\(id)")
                #expect(answer.status == 404)
            }
        }
    }

    @Test func aWrongMethodTypeOrQueryIsRefused() async throws {
        try await NotificationServer.with { server in
            let patch = try await server.client.send("PATCH", Self.path)
            #expect(patch.status == 405)
            #expect(patch.header("Allow")?.contains("POST") == true)
            let text = try await server.client.send(
                "POST", Self.path, headers: ["Content-Type": "text/plain"], json: Self.welcome)
            #expect(text.status == 415)
            for query in ["limit=0", "cursor=x"] {
                let answer = try await server.client.send("GET", "\(Self.path)?\(query)")
                #expect(answer.status == 400)
            }
        }
    }

    @Test func aChangedTemplateSpeaksFromTheNextNotificationOn() async throws {
        try await NotificationServer.with { server in
            let (before, after) = (try someOrder(), try someOrder())
            try await server.notification.confirm(before)
            let changed = try await server.client.send(
                "PUT", "\(Self.path)/019a0000-0000-7000-8000-000000000001", headers: ["If-Match": "*"],
                json: #"{"subject":"New words","textBody":"Hi {{customerName}}","htmlBody":"<b>{{customerName}}</b>"}"#)
            #expect(changed.json["key"] == .string("order-confirmed"))
            try await server.notification.confirm(after)
            #expect(try await server.notification.notifications(of: after).first?.message?.subject == "New words")
            let old = try await server.notification.notifications(of: before).first?.message?.subject
            #expect(old == "Your order \(before.orderID) is confirmed")
        }
    }
}
